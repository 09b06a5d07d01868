#!/bin/sh
# Runs the demo and the host tests on the other kind of host: in a Debian 12 guest under QEMU.
#   run.sh            all of it, as test/guest/inside.sh tells; the last line is `N passed, N failed`
#   run.sh COMMAND    a shell command in the guest instead, in a copy of this folder
# The guest is kept in $POD_GUEST_FOLDER (~/.cache/pod-guest unless given). What happens in it is thrown away.
# $POD_GUEST_ACCELERATOR is QEMU's -accel: kvm where that works; software emulation works everywhere.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin
folder=${POD_GUEST_FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/pod-guest}

[ "$(id -u)" -eq 0 ] || {
    echo "guest: making a root filesystem needs root here; run: sudo npm run test:guest" >&2
    exit 1
}
sh scripts/setup.sh
sh test/guest/build.sh "$folder"

staging=$(mktemp -d "$folder/run.XXXXXX")
trap 'rm -rf "$staging"' EXIT
trap 'exit 130' INT TERM

# The tree as it is here, built, but for what only development takes. Times of files are kept to the nanosecond: they
# tell what is up to date. node_modules may be a link.
mkdir -p "$staging/more/node_modules"
cp package-lock.json "$staging/more/node_modules/.installed-lock"
printf '%s\n' "${1-sh test/guest/inside.sh}" >"$staging/more/.guest-command"
tar --format=posix -cf "$staging/tree.tar" \
    --exclude=./.git --exclude=./node_modules --exclude='node_modules/*typescript' \
    --exclude=node_modules/@biomejs --exclude=node_modules/@kubernetes --exclude='node-linux-*/include' \
    . -C "$(cd node_modules && pwd -P)/.." node_modules -C "$staging/more" .guest-command node_modules/.installed-lock

# One thread for all emulated CPUs: with more, Node's code that writes code crashes or stands still. The report and the exit code come over ports of their own. QEMU opens its standard output anew, which only a pipe bears.
echo "guest: starting"
timeout "${POD_GUEST_TIMEOUT:-3600}" nice qemu-system-x86_64 -accel "${POD_GUEST_ACCELERATOR:-tcg,thread=single}" -cpu max,pku=off -smp 2 -m 4096 \
    -nodefaults -display none -no-reboot -kernel "$folder/vmlinuz" -initrd "$folder/initrd" \
    -append 'root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0 mitigations=off' \
    -drive "file=$folder/root.img,if=virtio,format=raw,snapshot=on,cache=unsafe" \
    -drive "file=$staging/tree.tar,if=virtio,format=raw,readonly=on" \
    -nic user,model=virtio-net-pci,restrict=on -serial "file:$folder/console.log" -device virtio-serial-pci \
    -chardev file,id=report,path=/dev/stdout -device virtserialport,chardev=report,name=report \
    -chardev "file,id=status,path=$staging/status" -device virtserialport,chardev=status,name=status \
    </dev/null 2>"$folder/qemu.log" | cat

status=$(cat "$staging/status" 2>/dev/null) || true
[ -n "$status" ] || {
    cat "$folder/qemu.log" >&2
    echo "guest: it did not come to its end: see $folder/console.log" >&2
    echo "0 passed, 1 failed"
    exit 1
}
exit "$status"
