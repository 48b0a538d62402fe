module SolidCache
  # An entry of a cache that is kept in the database; its table comes with a migration of its own.
  class Entry < ApplicationRecord
    self.table_name = "solid_cache_entries"
  end
end
