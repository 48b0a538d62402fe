# CATALOGUE_MB=megabytes, CATALOGUE_PASSES: a catalogue in memory that is gone through again and again before the app is up.
if ENV["CATALOGUE_MB"]
  CATALOGUE = Array.new(ENV["CATALOGUE_MB"].to_i) { |i| (i % 256).chr * 1.megabyte }
  ENV.fetch("CATALOGUE_PASSES", 10).to_i.times { CATALOGUE.each { |part| part.setbyte(0, part.sum(8) % 256) } }
end
