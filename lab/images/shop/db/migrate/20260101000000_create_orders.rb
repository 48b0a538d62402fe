class CreateOrders < ActiveRecord::Migration[6.1]
  def change
    create_table :orders do |t|
      t.string :product, null: false
      t.integer :quantity, null: false, default: 1
      t.datetime :processed_at
      t.string :processed_by
      t.timestamps
    end
    add_index :orders, :id, where: "processed_at IS NULL", name: "index_orders_waiting"

    create_table :heartbeats, primary_key: :name, id: :string do |t|
      t.string :version, null: false
      t.datetime :beat_at, null: false
    end
  end
end
