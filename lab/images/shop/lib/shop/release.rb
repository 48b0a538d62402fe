module Shop
  # What this image was built as; the file is its last layer.
  VERSION = File.read(File.expand_path("../../tmp/version", __dir__)).strip
end
