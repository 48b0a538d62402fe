module Shop
  # Puts the version on every answer, errors of other middleware too.
  class VersionHeader
    def initialize(app)
      @app = app
    end

    def call(env)
      status, headers, body = @app.call(env)
      [status, headers.merge("X-App-Version" => VERSION), body]
    end
  end
end
