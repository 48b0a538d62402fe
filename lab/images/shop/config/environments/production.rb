Rails.application.configure do
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = false
  config.log_level = ENV.fetch("RAILS_LOG_LEVEL", "info").to_sym
  config.logger = ActiveSupport::TaggedLogging.new(Logger.new($stdout))
  config.log_tags = [:request_id]
  config.active_record.dump_schema_after_migration = false

  config.force_ssl = ENV["FORCE_SSL"] == "1"
  config.ssl_options = { redirect: { exclude: ->(request) { request.path == ENV["SSL_EXCEPT"] } } }
  config.hosts = ENV.fetch("HOSTS_ALLOWED", "").split(",").map(&:strip).reject(&:empty?)
end
