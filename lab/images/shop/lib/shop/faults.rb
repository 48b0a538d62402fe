require "socket"

# Misbehaviour on request, by environment:
#   BOOT_DELAY=seconds  CRASH_AT_BOOT=1  EXIT_AT_BOOT=code  LEAK_MEMORY=mb  FAIL_RELEASE=1
#   HANG_UP=1  FAIL_UP=1  FAIL_UP_ON=glob of host names
module Faults
  module_function

  # What goes wrong while a server or a worker starts.
  def at_boot
    sleep ENV.fetch("BOOT_DELAY", 0).to_f
    exit!(ENV["EXIT_AT_BOOT"].to_i) if ENV["EXIT_AT_BOOT"]
    raise "CRASH_AT_BOOT: the app cannot start" if on?("CRASH_AT_BOOT")
    leak(ENV["LEAK_MEMORY"].to_i) if ENV["LEAK_MEMORY"]
  end

  # The reason why /up must fail here, or nil.
  def health
    sleep if on?("HANG_UP")
    return "FAIL_UP is set" if on?("FAIL_UP")

    glob = ENV["FAIL_UP_ON"].to_s
    "FAIL_UP_ON matches #{Socket.gethostname}" if glob != "" && File.fnmatch?(glob, Socket.gethostname)
  end

  def release
    abort "FAIL_RELEASE: the release command fails" if on?("FAIL_RELEASE")
  end

  def on?(name)
    !["", "0", "false"].include?(ENV[name].to_s)
  end

  def leak(megabytes)
    @leaked = []
    Thread.new do
      megabytes.times do |i|
        @leaked << (i % 256).chr * 1_048_576
        sleep 0.01
      end
    end
  end
end
