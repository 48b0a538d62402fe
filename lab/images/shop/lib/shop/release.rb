module Shop
  # What this image was built as; the file is its last layer.
  VERSION = ENV["APP_VERSION"].presence || File.read(File.expand_path("../../tmp/version", __dir__)).strip
end
