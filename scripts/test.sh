#!/bin/sh
# Everything that shows that pod works. The last line is `N passed, N failed`; the exit code is 0 only if none failed.
# What could not run counts as failed.
set -u
cd "$(dirname "$0")/.."
. scripts/tally.sh

must root test "$(id -u)" -eq 0
must setup sh scripts/setup.sh test
must cgroups sh scripts/cgroups.sh
check lint biome check --error-on-warnings .
check typecheck tsc --noEmit
suite unit --config test/unit.mocharc.json
suite host --config test/host.mocharc.json
check demo sh scripts/demo.sh
finish
