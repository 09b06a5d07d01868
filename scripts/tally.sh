# Sums up checks and suites, for scripts that source it at the top of the repository: `finish` prints the last line,
# `N passed, N failed`, and exits with 0 only if something passed and nothing failed.
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

# suite TITLE ARGUMENT...: a run of mocha, which tells its totals through the file.
suite() {
    title=$1
    shift
    echo "== $title"
    : >"$POD_TEST_TOTALS"
    mocha --reporter test/totals.ts "$@"
    status=$?
    if read -r good bad <"$POD_TEST_TOTALS"; then
        passed=$((passed + good))
        failed=$((failed + bad))
        [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || failed=$((failed + 1))
    else
        echo "test: $title did not come to its end" >&2
        failed=$((failed + 1))
    fi
}
