# CATALOGUE_MB=megabytes, CATALOGUE_PASSES=number: a catalogue in memory that is written anew so often before the app is up,
# which takes some milliseconds each time where the memory is there.
if ENV["CATALOGUE_MB"]
  page = "\0" * 1.megabyte
  CATALOGUE = Array.new(ENV["CATALOGUE_MB"].to_i) { page + "" }
  ENV.fetch("CATALOGUE_PASSES", 1).to_i.times { CATALOGUE.each { |part| part[0, page.bytesize] = page } }
end
