#!/bin/sh
# What runs in the guest: the demo, then the tests on real containers, with each manager of cgroups.
set -u
cd "$(dirname "$0")/../.."
. scripts/tally.sh

# Emulation is up to ten times slower than the machine below, and two CPUs bear two files at once.
host() {
    suite "$@" --require ./test/build-native.ts --extension ts --forbid-only --parallel --jobs 2 --timeout 1200000
}

check demo sh scripts/demo.sh
host "$@"
finish
