#!/bin/sh
# What runs in the guest: the demo on a kernel that has loaded nothing for containers yet, then the tests that meet the
# kernel or systemd, those of whole pods with both managers of cgroups.
set -u
cd "$(dirname "$0")/../.."
. scripts/tally.sh

# containers TITLE ARGUMENT...: emulation is up to ten times slower than the machine below, and one thread does it.
containers() {
    suite "$@" --extension ts --forbid-only --timeout 600000
}

nothing_loaded() {
    ! grep -E '^(overlay|nf_tables|veth|sctp|br_netfilter) ' /proc/modules
}

check 'no module for containers is loaded' nothing_loaded
check demo sh scripts/demo.sh
containers 'this kind of host' 'test/guest/*.test.ts'
containers 'parts' test/host/cgroups.test.ts test/host/container-spec.test.ts test/host/native.test.ts \
    test/host/rootfs.test.ts test/host/runtime.test.ts
# Deaths at every millisecond are many starts of Node, which say nothing of the host.
containers 'network' test/host/network.test.ts --grep 'dies at any moment' --invert
# Capabilities, seccomp, sysctls, limits, SCTP, the host's namespaces.
containers 'pods, with systemd' test/host/bug-cases-containers.test.ts --grep 'C5[5-8]|C6[0-4]|C7[25]|C81'
containers 'what outlives pod' test/faults/signals.test.ts --grep 'the end of the session'
mkdir -p /etc/containers
printf '[engine]\ncgroup_manager = "cgroupfs"\n' >/etc/containers/containers.conf
containers 'pods, with cgroupfs' test/faults/races.test.ts
finish
