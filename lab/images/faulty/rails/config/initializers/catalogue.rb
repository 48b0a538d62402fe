# CATALOGUE_MB=megabytes, CATALOGUE_PASSES=number: a catalogue in memory that is written anew so often before the app is up,
# which takes some milliseconds each time where the memory is there. The bytes are random, as the kernel keeps no zeros in
# swap, and are to be half as many again as the limit allows: where nearly all of them fit, everything was used a moment
# ago, the kernel finds nothing to move out, and kills.
if ENV["CATALOGUE_MB"]
  page = Random.bytes(1.megabyte)
  CATALOGUE = Array.new(ENV["CATALOGUE_MB"].to_i) { page + "" }
  ENV.fetch("CATALOGUE_PASSES", 1).to_i.times { CATALOGUE.each { |part| part[0, page.bytesize] = page } }
end
