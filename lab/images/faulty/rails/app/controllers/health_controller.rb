# The health path of an app where more stands in front of it: LOGIN=form | basic | members.
class HealthController < ActionController::Base
  case ENV["LOGIN"]
  when "form" then before_action { redirect_to "/login" }
  when "basic" then http_basic_authenticate_with name: "operator", password: SecureRandom.hex(16)
  when "members" then before_action { head :forbidden }
  end

  def show
    sleep if Faults.on?("HANG_UP")
    raise ArgumentError, "invalid currency: XXX" if Faults.on?("UP_RAISES")

    ActiveRecord::Base.connection.select_value("SELECT 1") if Faults.on?("UP_CHECKS_DATABASE")
    SolidCache::Entry.find_by(key: "up") if Faults.on?("UP_READS_CACHE")
    render plain: "OK"
  end
end
