# A form as Rails makes it, with its protection against forgery: behind a server that ends TLS, a POST is accepted only when the app
# knows the scheme and the host that the browser sees.
class FormController < ActionController::Base
  protect_from_forgery with: :exception

  def show
    token = ERB::Util.html_escape(form_authenticity_token)
    render html: %(<form method="post"><input type="hidden" name="authenticity_token" value="#{token}"></form>).html_safe
  end

  def create
    redirect_to action: :show
  end
end
