class ApplicationController < ActionController::Base
  # Clients are programs as often as browsers, and there is no session to protect.
  skip_forgery_protection
end
