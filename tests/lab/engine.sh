# A Docker engine for ./run compose and tests/lab/clean_container.sh, which source this.
# shellcheck shell=bash

readonly base_image=debian:bookworm-slim
readonly sys_admin=21 # the capability's bit (linux/capability.h)

engine_answers() { docker version >/dev/null 2>&1; }

# Why no engine can run here, ever; says nothing where one could. Without CAP_SYS_ADMIN in the bounding set nobody here can
# mount or unshare, root included: that is what a plain container is, and only that. /.dockerenv tells less: machines are
# made from images, too, that have it.
why_no_engine() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
  if [ -z "$bounding" ] || ! (((0x$bounding >> sys_admin) & 1)); then
    echo "this is a container without CAP_SYS_ADMIN, in which no engine can run"
  fi
}

# start_engine FOLDER: starts one that ends with end_engine; its log is FOLDER/dockerd.log.
start_engine() {
  local log=$1/dockerd.log
  PATH=$PATH:/usr/sbin:/sbin dockerd >"$log" 2>&1 8>&- 9>&- &
  engine=$!
  for _ in $(seq 300); do
    ! engine_answers || return 0
    kill -0 $engine 2>/dev/null || break
    sleep 0.2
  done
  tail -n 5 "$log" >&2
  end_engine
  return 1
}

end_engine() {
  [ -n "${engine:-}" ] || return 0
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  engine=
}

has_base_image() { docker image inspect "$base_image" >/dev/null 2>&1 || docker pull "$base_image" >/dev/null 2>&1; }

# debootstrap makes the image from the mirror that this machine's own apt uses; root only.
make_base_image() {
  local root status=0
  root=$(mktemp -d)
  fill_base_image "$root" && tar -C "$root" -c . | docker import - "$base_image" >&2 || status=1
  rm -rf "$root"
  return $status
}

fill_base_image() {
  local root=$1 mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
  debootstrap --variant=minbase bookworm "$root" "$mirror" >&2 || return 1
  rm -f "$root/etc/apt/sources.list"
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep -E ' bookworm(-updates|-security)? main$' >"$root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::https?::Proxy' >"$root/etc/apt/apt.conf.d/99proxy" || true
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
}
