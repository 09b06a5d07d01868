#!/bin/sh
# Brings what pod needs: Debian packages that are missing, the npm packages of the lock, the build. May run any number
# of times; it is quick when nothing is to do. With `demo` or `test` it brings what these need, too.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

missing=
# wants PACKAGE FILE-OR-PROGRAM: notes the package unless the file is there.
wants() {
    case $2 in
        /*) [ -e "$2" ] && return ;;
        *) command -v "$2" >/dev/null 2>&1 && return ;;
    esac
    missing="$missing $1"
}

wants crun crun
wants runc runc
wants conmon conmon
wants nftables nft
wants iproute2 ip
wants dnsmasq-base dnsmasq
[ -x /opt/cni/bin/ptp ] || wants containernetworking-plugins /usr/lib/cni/ptp
wants golang-github-containers-common /usr/share/containers/seccomp.json
case ${1-} in
    demo)
        wants busybox-static busybox
        ;;
    test)
        wants busybox-static busybox
        wants podman podman
        wants skopeo skopeo
        wants buildah buildah
        wants docker-registry docker-registry
        ;;
esac
if ! command -v cc >/dev/null 2>&1; then
    missing="$missing gcc libc6-dev"
fi

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null 2>&1 || fail "these Debian packages, or what they hold, are missing:$missing" \
        "there is no apt-get here: install them by the means of this system"
    [ "$(id -u)" -eq 0 ] || fail "these packages are missing:$missing" "run this as root, or install them"
    echo "setup: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $missing
fi

# The lock that node_modules was made from lies in it. A linked node_modules belongs to somebody else.
if [ ! -h node_modules ] && ! cmp -s package-lock.json node_modules/.installed-lock; then
    echo "setup: npm ci"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel error
    cp package-lock.json node_modules/.installed-lock
fi

for node in node_modules/node-linux-*/bin/node; do
    "$node" --version >/dev/null 2>&1 && break
done
"$node" --version >/dev/null 2>&1 || fail "npm brought no Node for $(uname -m)" "pod runs on x86_64 and aarch64"

"$node" scripts/build.ts
echo "setup: ready"
