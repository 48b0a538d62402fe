threads 2, ENV.fetch("RAILS_MAX_THREADS", 4).to_i
environment ENV.fetch("RAILS_ENV", "production")
bind "tcp://#{ENV.fetch("LISTEN_HOST", "0.0.0.0")}:#{ENV["LISTEN_PORT"] || ENV.fetch("PORT", "3000")}"

# The proxy keeps idle connections for as long as the app does. An app that shuts one while the proxy sends a POST on it
# loses that request, so the app is the last to hang up.
persistent_timeout 3600

# On SIGTERM Puma finishes what it has begun; that is a good end, exit 0.
raise_exception_on_sigterm false
