namespace :faults do
  task(:release) { Faults.release }
end

%w[db:prepare db:migrate].each { |name| Rake::Task[name].enhance(["faults:release"]) }
