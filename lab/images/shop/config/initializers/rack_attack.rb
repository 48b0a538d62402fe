# RACK_ATTACK=throttle answers 429, RACK_ATTACK=block 403, to an address that has made its number of requests in a minute.
Rack::Attack.cache.store = ActiveSupport::Cache::MemoryStore.new
limit = ENV.fetch("RACK_ATTACK_LIMIT", 3).to_i
case ENV["RACK_ATTACK"]
when "throttle"
  Rack::Attack.throttle("requests by address", limit: limit, period: 60, &:ip)
when "block"
  Rack::Attack.blocklist("too many requests") do |request|
    Rack::Attack::Allow2Ban.filter(request.ip, maxretry: limit, findtime: 60, bantime: 600) { true }
  end
end
