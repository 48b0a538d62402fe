# STORAGE=directory, STORAGE_MB=megabytes: files that the app writes while it boots.
if ENV["STORAGE"]
  File.open(File.join(ENV["STORAGE"], "index"), "wb") do |file|
    ENV.fetch("STORAGE_MB", 1).to_i.times { file.write("\0" * 1.megabyte) }
  end
end
