module Shop
  # Wakes the worker through Redis when an order came in. The orders themselves are in the database, so a lost wake-up
  # costs time and no order; without Redis the worker looks every second.
  class OrderQueue
    KEY = "shop:orders".freeze

    def initialize(url)
      @redis = url && Redis.new(url: url, password: ENV["REDIS_PASSWORD"].presence, timeout: 3)
    end

    def push(order)
      @redis&.lpush(KEY, order.id)
    rescue Redis::BaseError => error
      Rails.logger.warn("queue: order #{order.id} waits for the worker's next look: #{error.class}: #{error.message}")
    end

    # Returns when there may be work, or after a second.
    def wait
      if @redis
        @redis.brpop(KEY, timeout: 1)
      else
        sleep 1
      end
    rescue Redis::BaseError => error
      Rails.logger.warn("queue: #{error.class}: #{error.message}")
      sleep 1
    end
  end
end
