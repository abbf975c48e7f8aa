#!/bin/bash
# clean_container.sh COMMAND [ARGUMENT...]: runs a command on a copy of this tree in a plain `docker run` of a fresh
# debian:bookworm-slim, without any extra privilege. Needs root and a Docker engine that answers. Where the image is not there
# and cannot be pulled, debootstrap makes it from the mirror that this machine's own apt uses.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly image=debian:bookworm-slim

make_image() {
  local root mirror
  root=$(mktemp -d)
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
  debootstrap --variant=minbase bookworm "$root" "$mirror" >&2
  rm -f "$root/etc/apt/sources.list"
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep -E ' bookworm(-updates|-security)? main$' >"$root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::https?::Proxy' >"$root/etc/apt/apt.conf.d/99proxy" || true
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" -c . | docker import - "$image" >&2
  rm -rf "$root"
}

docker image inspect "$image" >/dev/null 2>&1 || docker pull "$image" >/dev/null 2>&1 || make_image
# A copy of what is committed or new, without build folders; the container's name is unique, so several may run at once.
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -c |
  docker run --rm -i "$image" bash -c 'mkdir /immp && cd /immp && tar x && exec </dev/null && "$@"' container "$@"
