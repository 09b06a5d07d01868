#!/bin/sh
# Makes the guest that test/guest/run.sh boots: Debian 12 with systemd, cgroups of version 2 and Debian's own kernel.
#   build.sh FOLDER    leaves root.img, vmlinuz and initrd there; does nothing when they are up to date
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
PATH=$PATH:/usr/sbin:/sbin

# What any Debian has.
system="systemd-sysv systemd-resolved dbus dbus-user-session libpam-systemd udev kmod linux-image-amd64 apparmor procps
    ca-certificates curl"
# What scripts/setup.sh would install there.
product="crun runc conmon containernetworking-plugins nftables iproute2 dnsmasq-base golang-github-containers-common
    gcc libc6-dev"
tests="busybox-static podman buildah skopeo docker-registry iptables jq openssl perl xz-utils zstd"

wanted=$(cat "$0" "$here/furnish.sh" | sha256sum | cut -d ' ' -f 1)
if [ "$(cat "$folder/made-from" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

missing=
command -v qemu-system-x86_64 >/dev/null 2>&1 || missing="$missing qemu-system-x86"
command -v mmdebstrap >/dev/null 2>&1 || missing="$missing mmdebstrap"
command -v mke2fs >/dev/null 2>&1 || missing="$missing e2fsprogs"
if [ -n "$missing" ]; then
    echo "guest: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $missing
fi

echo "guest: making a Debian 12 in $folder"
started=$(date +%s)
mkdir -p "$folder"
rm -f "$folder/made-from"
staging=$(mktemp -d "$folder/staging.XXXXXX")
trap 'rm -rf --one-file-system "$staging"' EXIT
trap 'exit 130' INT TERM
# What it mounts while it works goes with its mount namespace, however it ends.
# shellcheck disable=SC2086
unshare --mount mmdebstrap --quiet --variant=minbase --include="$(echo $system $product $tests | tr ' ' ,)" \
    --essential-hook="$here/furnish.sh early \"\$1\"" --customize-hook="$here/furnish.sh late \"\$1\"" \
    bookworm "$staging/root"
cp "$staging"/root/boot/vmlinuz-* "$folder/vmlinuz"
cp "$staging"/root/boot/initrd.img-* "$folder/initrd"
rm -f "$folder/root.img"
truncate -s 8G "$folder/root.img"
mke2fs -q -t ext4 -d "$staging/root" "$folder/root.img"
echo "$wanted" >"$folder/made-from"
echo "guest: made in $(($(date +%s) - started)) s"
