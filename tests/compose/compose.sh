# `./run compose`; ./run sources this. It ends in the one line that ./run test counts.
# shellcheck shell=bash

readonly max_handed_over_kb=300000

cmd_compose() {
  local reason
  reason=$(why_not_here)
  if [ -n "$reason" ]; then
    echo "SKIPPED: ./run compose: $reason"
    echo "0 passed, 0 failed"
    return
  fi
  if ! prepare_compose; then
    echo "0 passed, 1 failed"
    return 1
  fi
  test_compose
}

# Says why it cannot be run here, where that is no failure. Whoever is not root cannot start an engine, but CI must.
why_not_here() {
  engine_answers && return
  why_no_engine
  if [ "$(id -u)" != 0 ] && [ "${CI:-}" != true ]; then
    echo "no Docker engine answers, and only root can start one: sudo ./run compose"
  fi
}

# One at a time on a machine: whoever started the engine ends it.
prepare_compose() {
  exec 8>>"${TMPDIR:-/tmp}/immp-compose.lock"
  flock 8
  trap end_engine EXIT
  if ! engine_answers; then
    [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v dockerd)" ] || install_packages engine || return 1
    mkdir -p build/compose
    say "starting a Docker engine"
    start_engine build/compose || { say "no engine could be started: build/compose/dockerd.log"; return 1; }
  fi
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || install_packages compose || return 1
  if ! has_base_image; then
    say "making $base_image"
    install_packages base && make_base_image || return 1
  fi
  hand_over_objects
}

# What the image's builder would compile goes to build/ccache, whence its ccache takes it: most of it was compiled here by
# the same compiler. Where that goes wrong, the image compiles by itself.
hand_over_objects() {
  local kb=0
  [ ! -d build/ccache ] || kb=$(du -sk build/ccache | cut -f 1)
  [ "$kb" -le $max_handed_over_kb ] || rm -rf build/ccache
  install_packages build
  say "building build/compose"
  CCACHE_REMOTE_STORAGE=file:$PWD/build/ccache CCACHE_RESHARE=1 \
    compile build/compose -DCMAKE_BUILD_TYPE=RelWithDebInfo -DIMMP_TESTS=OFF
}

# Asked to end, it lets the tests take down what they brought up.
test_compose() {
  local tests status=0
  "$python" tests/lab/suite.py --file tests/compose/test_stack.py &
  tests=$!
  trap 'kill $tests 2>/dev/null' TERM INT
  wait $tests || status=$?
  if kill -0 $tests 2>/dev/null; then wait $tests || status=$?; fi
  return $status
}
