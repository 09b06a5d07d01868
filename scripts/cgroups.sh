#!/bin/sh
# Set-up for tests on a machine with both versions of cgroups: crun refuses to start there while the version 2 tree
# still holds controllers, so each of these gets the version 1 hierarchy that it lacks. Elsewhere it does nothing.
set -eu

root=/sys/fs/cgroup
unified=
legacy=
while read -r _ where type _; do
    case $type in
        cgroup2) unified=$where ;;
        cgroup) legacy=yes ;;
    esac
done </proc/self/mounts

if [ -z "$unified" ] || [ -z "$legacy" ] || [ "$unified" = "$root" ]; then
    exit 0
fi
for controller in $(cat "$unified/cgroup.controllers"); do
    mkdir -p "$root/$controller"
    if mount -t cgroup -o "$controller" cgroup "$root/$controller"; then
        echo "cgroups: mounted the version 1 hierarchy of $controller, for crun"
    else
        rmdir "$root/$controller"
        echo "cgroups: the version 1 hierarchy of $controller cannot be mounted" >&2
        exit 1
    fi
done
