#!/bin/sh
# Everything that shows that pod works. The last line is `N passed, N failed`; the exit code is 0 only if none failed.
# What could not run counts as failed.
set -u
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin

POD_TEST_TOTALS=$(mktemp)
export POD_TEST_TOTALS
passed=0
failed=0

finish() {
    rm -f "$POD_TEST_TOTALS"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

# must TITLE COMMAND...: without it the rest makes no sense.
must() {
    title=$1
    shift
    echo "== $title"
    "$@" && return
    echo "test: $title failed" >&2
    failed=$((failed + 1))
    finish
}

# check TITLE COMMAND...: one failure unless it succeeds.
check() {
    title=$1
    shift
    echo "== $title"
    "$@" && return
    echo "test: $title failed" >&2
    failed=$((failed + 1))
}

# suite NAME: a run of mocha, which tells its totals through the file.
suite() {
    echo "== $1"
    : >"$POD_TEST_TOTALS"
    mocha --config "test/$1.mocharc.json" --reporter test/totals.ts
    status=$?
    if read -r good bad <"$POD_TEST_TOTALS"; then
        passed=$((passed + good))
        failed=$((failed + bad))
        [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || failed=$((failed + 1))
    else
        echo "test: $1 did not come to its end" >&2
        failed=$((failed + 1))
    fi
}

must root test "$(id -u)" -eq 0
must setup sh scripts/setup.sh test
must cgroups sh scripts/cgroups.sh
check lint biome check --error-on-warnings .
check typecheck tsc --noEmit
suite unit
suite host
check demo sh scripts/demo.sh
finish
