require "net/http"

# PRICES_URL: a service outside that the app asks while it boots.
if ENV["PRICES_URL"]
  prices = URI(ENV["PRICES_URL"])
  Net::HTTP.start(prices.host, prices.port, open_timeout: 2, read_timeout: 2) { |http| http.get(prices.request_uri) }
end
