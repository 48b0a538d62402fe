#!/bin/sh
# Checks every shell script of the project; installs shellcheck where it is missing and one is root on Debian.
set -eu
cd "$(dirname "$0")/.."
if ! command -v shellcheck >/dev/null 2>&1; then
    apt-get install -o DPkg::Lock::Timeout=300 --yes --quiet shellcheck >/dev/null 2>&1 || {
        apt-get update --quiet >/dev/null
        apt-get install -o DPkg::Lock::Timeout=300 --yes --quiet shellcheck >/dev/null
    }
fi
git ls-files '*.sh' lab/run .ci/run | xargs shellcheck --external-sources --source-path=SCRIPTDIR
