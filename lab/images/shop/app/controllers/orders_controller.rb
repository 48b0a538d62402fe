class OrdersController < ApplicationController
  def index
    @count = Order.count
    @waiting = Order.waiting.count
    @orders = Order.order(id: :desc).limit(5).to_a
    @workers = Heartbeat.order(:name).to_a
  end

  def create
    order = Order.create!(product: params.fetch(:product, "sextant"), quantity: params.fetch(:quantity, 1))
    ORDER_QUEUE.push(order)
    render json: { id: order.id, product: order.product, quantity: order.quantity, version: Shop::VERSION }, status: :created
  rescue ActiveRecord::RecordInvalid => error
    render json: { error: error.message }, status: :unprocessable_entity
  end
end
