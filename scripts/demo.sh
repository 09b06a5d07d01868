#!/bin/sh
# Shows pod at work: a manifest becomes a running pod that answers over HTTP, and is taken down again.
# Everything lies in a folder of its own, which is removed at the end.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

[ "$(id -u)" -eq 0 ] || {
    echo "demo: containers need root here; run: sudo npm run demo" >&2
    exit 1
}
sh scripts/setup.sh demo

manifest=examples/kube/hello.yaml
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/pod-demo.XXXXXX")

pod() {
    bin/pod --root "$folder/root" --runroot "$folder/run" "$@"
}

# Prints the command as it can be typed, then runs it.
show() {
    printf '\n$'
    for word; do
        case $word in
            *[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@"
}

clean() {
    status=$?
    trap - EXIT
    if [ "$status" -ne 0 ]; then
        echo "demo: failed" >&2
        pod kube down --force "$manifest" >/dev/null 2>&1 || true
    fi
    rm -rf "$folder"
    exit "$status"
}
trap clean EXIT
trap 'exit 130' INT TERM

sh scripts/busybox-root.sh >"$folder/busybox.tar"

echo
echo "demo: \`pod\` is bin/pod; its images and pods lie in $folder and go at the end"
echo
echo "1. An image, made from busybox"
show pod import --change 'ENV PATH=/bin' --change 'CMD ["/bin/sh"]' "$folder/busybox.tar" localhost/busybox:latest
show pod images

echo
echo "2. The manifest runs"
show pod play kube "$manifest"
show pod ps --pod

echo
echo "3. It answers on the host"
url=http://127.0.0.1:$(sed -n 's/^ *\(- \)\{0,1\}hostPort: *//p' "$manifest" | head -n 1)/
printf '\n$ curl %s\n' "$url"
for node in node_modules/node-linux-*/bin/node; do
    [ -x "$node" ] && break
done
tries=0
until "$node" --input-type=module --eval "
    const answer = await fetch('$url', { signal: AbortSignal.timeout(2000) });
    process.stdout.write(await answer.text());
    process.exitCode = answer.ok ? 0 : 1;
" 2>"$folder/trouble"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 20 ]; then
        cat "$folder/trouble" >&2
        show pod logs hello >&2
        exit 1
    fi
    sleep 0.1
done

echo
echo "4. It can be looked at, and comes back as a manifest"
show pod exec hello-web ps
show pod generate kube hello

echo
echo "5. It is taken down, and nothing is left"
show pod kube down --force "$manifest"
show pod ps --all
show pod rmi localhost/busybox:latest

echo
echo "demo: done"
