Rails.application.routes.draw do
  root "orders#index"
  resources :orders, only: [:index, :create]
  get "/up", to: "health#show"
  get "/slow", to: "slow#show"
  match "/upload", to: "probe#upload", via: [:post, :put]
  get "/whoami", to: "probe#whoami"
  get "/form", to: "form#show"
  post "/form", to: "form#create"
  get "/env-check", to: "probe#env_check"
end
