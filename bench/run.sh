#!/bin/sh
# Measures pod beside Podman: npm run bench [-- SCENARIO...]. Containers run in a store and in network namespaces of
# their own; all of it is removed at the end.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

[ "$(id -u)" -eq 0 ] || {
    echo "bench: containers need root here; run: sudo npm run bench" >&2
    exit 1
}
sh scripts/setup.sh demo
sh scripts/cgroups.sh
command -v podman >/dev/null 2>&1 || echo "bench: podman is not installed, so its column stays empty"

for node in node_modules/node-linux-*/bin/node; do
    [ -x "$node" ] && break
done
exec "$node" bench/main.ts "$@"
