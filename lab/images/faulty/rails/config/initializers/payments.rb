# PAYMENTS=1: payments, which need a key that nobody gives.
STRIPE_API_KEY = ENV.fetch("STRIPE_API_KEY") if Faults.on?("PAYMENTS")

# PAYMENTS_CONFIG=name: a configuration file; the image has none.
Rails.application.config_for(ENV["PAYMENTS_CONFIG"]) if ENV["PAYMENTS_CONFIG"]

# Credentials are read where their key is given.
Rails.application.credentials.config if ENV["RAILS_MASTER_KEY"]
