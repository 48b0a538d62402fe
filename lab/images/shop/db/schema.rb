ActiveRecord::Schema.define(version: 2026_01_01_000000) do
  create_table "heartbeats", primary_key: "name", id: :string, force: :cascade do |t|
    t.string "version", null: false
    t.datetime "beat_at", null: false
  end

  create_table "orders", force: :cascade do |t|
    t.string "product", null: false
    t.integer "quantity", default: 1, null: false
    t.datetime "processed_at"
    t.string "processed_by"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["id"], name: "index_orders_waiting", where: "(processed_at IS NULL)"
  end
end
