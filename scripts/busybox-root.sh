#!/bin/sh
# Writes the tar of a root filesystem around the system's static busybox to standard output, for `pod import`:
# one program with a name for each of its parts.
set -eu
PATH=$PATH:/usr/sbin:/sbin

folder=$(mktemp -d "${TMPDIR:-/var/tmp}/busybox-root.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

mkdir "$folder/bin" "$folder/etc" "$folder/tmp"
chmod 755 "$folder"
chmod 1777 "$folder/tmp"
cp "$(command -v busybox)" "$folder/bin/busybox"
for name in $(busybox --list); do
    [ "$name" = busybox ] || ln -s busybox "$folder/bin/$name"
done
printf '%s\n' 'root:x:0:0:root:/:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >"$folder/etc/passwd"
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$folder/etc/group"
tar --numeric-owner --owner=0 --group=0 -C "$folder" -cf - .
