# RACK_ATTACK=agents shuts out what does not call itself a browser, as many apps do against scrapers.
if ENV["RACK_ATTACK"] == "agents"
  Rack::Attack.blocklist("no browser") { |request| !request.user_agent.to_s.start_with?("Mozilla") }
end
