class HealthController < ActionController::Base
  # The database counts only where it is asked for: an app that is up must not be taken out when the database is not.
  def show
    reason = Faults.health
    return render(plain: reason, status: :internal_server_error) if reason

    ActiveRecord::Base.connection.select_value("SELECT 1") if Faults.on?("UP_CHECKS_DATABASE")
    render plain: "OK"
  end
end
