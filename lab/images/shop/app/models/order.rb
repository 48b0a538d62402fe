class Order < ApplicationRecord
  validates :product, presence: true
  validates :quantity, numericality: { only_integer: true, greater_than: 0 }

  scope :waiting, -> { where(processed_at: nil).order(:id) }
end
