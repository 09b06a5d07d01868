#!/bin/sh
# Builds the native binding and the static programs into build/. Does nothing when they are newer than their sources.
set -eu

cd "$(dirname "$0")/.."
CC=${CC:-cc}
CFLAGS="-std=gnu11 -Wall -Wextra -Werror -O2"

case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *)
        echo "native: no Node is known for $(uname -m)" >&2
        exit 1
        ;;
esac

if ! command -v "$CC" >/dev/null 2>&1; then
    echo "native: there is no C compiler ($CC); on Debian: apt-get install gcc libc6-dev" >&2
    exit 1
fi

headers() {
    for folder in "node_modules/node-linux-$arch/include/node" /usr/include/node /usr/local/include/node; do
        if [ -f "$folder/node_api.h" ] && [ -f "$folder/uv.h" ]; then
            echo "$folder"
            return
        fi
    done
    echo "native: the headers of Node are missing; run npm ci" >&2
    return 1
}

# up_to_date TARGET SOURCE...
up_to_date() {
    target=$1
    shift
    [ -f "$target" ] || return 1
    for source in "$@" native/build.sh; do
        [ "$source" -nt "$target" ] && return 1
    done
    return 0
}

# The new file takes the old one's place at once: a running process keeps what it has loaded.
# compile TARGET ARGUMENT...
compile() {
    target=$1
    shift
    # CFLAGS is a list of words.
    # shellcheck disable=SC2086
    "$CC" $CFLAGS "$@" -o "$target.$$"
    mv "$target.$$" "$target"
    echo "native: built $target"
}

parts=
for part in binding call failure task watch file xattr crc64 lock mount namespace process spawn socket; do
    parts="$parts native/$part.c"
done

mkdir -p build
# shellcheck disable=SC2086
if ! up_to_date build/pod.node $parts native/pod.h; then
    include=$(headers)
    # shellcheck disable=SC2086
    compile build/pod.node -DNAPI_VERSION=9 -isystem "$include" -fPIC -shared -fvisibility=hidden -pthread $parts
fi
for program in pause exited leash; do
    if ! up_to_date "build/$program" "native/$program.c"; then
        compile "build/$program" -static -s "native/$program.c"
    fi
done
