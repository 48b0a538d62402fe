require_relative "config/environment"
Faults.at_boot
run Rails.application
