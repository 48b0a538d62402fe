require_relative "../../lib/shop/order_queue"
ORDER_QUEUE = Shop::OrderQueue.new(ENV["REDIS_URL"].presence || (ENV["REDIS_HOST"] && "redis://#{ENV["REDIS_HOST"]}:6379/0"))
