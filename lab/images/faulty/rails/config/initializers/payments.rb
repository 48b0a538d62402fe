# REQUIRED_VARIABLES=A,B: variables that the app cannot do without.
ENV.fetch("REQUIRED_VARIABLES", "").split(",").each { |name| ENV.fetch(name) }

# PAYMENTS_CONFIG=name: a configuration file; the image has none.
Rails.application.config_for(ENV["PAYMENTS_CONFIG"]) if ENV["PAYMENTS_CONFIG"]

# Credentials are read where their key is given.
Rails.application.credentials.config if ENV["RAILS_MASTER_KEY"]
