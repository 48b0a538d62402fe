class SlowController < ApplicationController
  include ActionController::Live

  # Answers line by line over so many seconds; ends with "done" and the version.
  def show
    finish = now + params.fetch(:seconds, 5).to_f.clamp(0, 300)
    response.headers["Content-Type"] = "text/plain"
    # With a date on it no middleware waits for the whole body to make an ETag.
    response.headers["Last-Modified"] = Time.now.httpdate
    response.stream.write("begun #{Shop::VERSION}\n")
    while (left = finish - now) > 0
      sleep [left, 1].min
      response.stream.write(".\n")
    end
    response.stream.write("done #{Shop::VERSION}\n")
  ensure
    response.stream.close
  end

  private

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
