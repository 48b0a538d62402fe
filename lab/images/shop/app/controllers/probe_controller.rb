require "digest"
require "socket"

# Endpoints that tests look through.
class ProbeController < ApplicationController
  # Size and SHA-256 of what arrived: of the file in a form, else of the body.
  def upload
    body = params[:file].respond_to?(:tempfile) ? params[:file].tempfile : request.body
    body.rewind
    digest = Digest::SHA256.new
    size = 0
    while (chunk = body.read(65_536))
      digest << chunk
      size += chunk.bytesize
    end
    render json: { size: size, sha256: digest.hexdigest, version: Shop::VERSION }
  end

  def whoami
    render json: { hostname: Socket.gethostname, version: Shop::VERSION, pid: Process.pid,
                   client: request.remote_ip, scheme: request.scheme, host: request.host }
  end

  # Shows that a variable has a certain value without showing the value.
  def env_check
    value = ENV[params.require(:name)]
    render json: { name: params[:name], set: !value.nil?, sha256: value && Digest::SHA256.hexdigest(value), version: Shop::VERSION }
  end
end
