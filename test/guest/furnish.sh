#!/bin/sh
# The guest's own files, put in by build.sh: before the kernel is installed (early), and at the end (late).
#   furnish.sh early|late ROOT
set -eu
root=$2

early() {
    # The initial RAM disk needs the guest's disk only: a small one is made and booted sooner.
    mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/initramfs-tools/hooks"
    echo 'MODULES=list' >"$root/etc/initramfs-tools/conf.d/guest"
    cat >"$root/etc/initramfs-tools/hooks/guest" <<'END'
#!/bin/sh
[ "${1-}" != prereqs ] || exit 0
. /usr/share/initramfs-tools/hook-functions
manual_add_modules virtio_pci virtio_blk ext4
END
    chmod +x "$root/etc/initramfs-tools/hooks/guest"
}

late() {
    echo guest >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 guest\n' >"$root/etc/hosts"
    echo '/dev/vda / ext4 defaults 0 0' >"$root/etc/fstab"
    mkdir "$root/pod"
    echo virtio_console >"$root/etc/modules-load.d/report.conf"
    # Drivers that emulation is slow to start and nothing here uses.
    for module in aesni_intel ata_generic ata_piix cfg80211 drm floppy kvm kvm_amd kvm_intel pcspkr psmouse; do
        echo "blacklist $module"
    done >"$root/etc/modprobe.d/guest.conf"

    # An address, a way out and a name server, as a machine in a network has them; QEMU lets nothing through.
    cat >"$root/etc/systemd/network/guest.network" <<'END'
[Match]
Driver=virtio_net
[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
DNS=10.0.2.3
END
    cat >"$root/etc/systemd/system/guest.service" <<'END'
[Unit]
Description=What the host asks for
After=multi-user.target network-online.target systemd-resolved.service systemd-udev-settle.service
Wants=network-online.target systemd-udev-settle.service
[Service]
Type=oneshot
WorkingDirectory=/pod
Environment=HOME=/root LANG=C.UTF-8
ExecStartPre=tar -C /pod -xf /dev/vdb
ExecStart=sh -c 'sh /pod/.guest-command; echo $$? >/dev/virtio-ports/status'
ExecStopPost=systemctl poweroff --force --force
StandardOutput=file:/dev/virtio-ports/report
StandardError=inherit
[Install]
WantedBy=graphical.target
END
    chroot "$root" systemctl --quiet enable guest.service systemd-networkd.service systemd-resolved.service
    # What would only take time from the tests.
    chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        e2scrub_all.timer e2scrub_reap.service fstrim.timer docker-registry.service podman.service podman.socket \
        podman-auto-update.service podman-auto-update.timer podman-restart.service getty@tty1.service \
        serial-getty@ttyS0.service
}

"$1"
