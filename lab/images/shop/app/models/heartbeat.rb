# The last sign of life of each process, and the version it runs.
class Heartbeat < ApplicationRecord
  def self.beat(name)
    upsert({ name: name, version: Shop::VERSION, beat_at: Time.current }, unique_by: :name)
  end
end
