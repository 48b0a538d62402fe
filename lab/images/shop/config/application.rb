require_relative "boot"

require "logger"
require "rails"
require "active_model/railtie"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
Bundler.require

require_relative "../lib/shop/release"
require_relative "../lib/shop/version_header"
require_relative "../lib/shop/faults"

module Shop
  class Application < Rails::Application
    config.load_defaults 6.1
    config.middleware.insert_before 0, VersionHeader

    # Nothing is signed or encrypted here: a key that each process makes for itself will do where none is given.
    config.secret_key_base = ENV["SECRET_KEY_BASE"].presence || SecureRandom.hex(64)
  end
end
