# The slower checks of ./run, which sources this: `./run check` and `./run fuzz`.
# shellcheck shell=bash

cmd_check() {
  install_packages build lab test check
  local failed=()
  check_threads || failed+=("ThreadSanitizer")
  check_tidy || failed+=("clang-tidy")
  check_fuzzers || failed+=("fuzzing")
  if [ ${#failed[@]} -gt 0 ]; then
    (IFS=,; echo "check: FAILED: ${failed[*]}")
    exit 1
  fi
  echo "check: passed: ThreadSanitizer, clang-tidy, fuzzing"
}

check_threads() {
  compile_tests tsan -DIMMP_SANITIZE=thread || return 1
  ctest --test-dir build/tsan -j "$(nproc)" --output-on-failure --no-tests=error --progress
}

check_tidy() {
  say "clang-tidy"
  compile_database build/tidy || return 1
  local status=0
  run-clang-tidy-19 -quiet -p build/tidy -j "$(nproc)" "^$PWD/(armor|bridge|component)/.*\.cpp$" \
    >build/tidy/report.txt 2>build/tidy/errors.txt || status=1
  grep -E "(warning|error):" build/tidy/report.txt | sort -u
  [ $status = 0 ] || tail -n 5 build/tidy/errors.txt
  return $status
}

# The compilation database is clang's, so that clang-tidy sees flags that it knows.
compile_database() {
  mkdir -p "$1"
  CXX=clang++-19 cmake -S . -B "$1" -G Ninja -DIMMP_TESTS=OFF >"$1/configure.log" 2>&1 ||
    { cat "$1/configure.log" >&2; return 1; }
}

compile_fuzzers() {
  say "building build/fuzz"
  CXX=clang++-19 compile build/fuzz -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1" -DIMMP_FUZZ=ON \
    -DIMMP_SANITIZE=address,undefined,fuzzer-no-link
}

fuzzer_names() { (cd tests/fuzz && ls fuzz_*.cpp) | sed 's/^fuzz_//; s/\.cpp$//'; }

# fuzz_one NAME SECONDS: what it finds new goes to build/fuzz/corpus, a crash to build/fuzz/crash-*.
fuzz_one() {
  mkdir -p "build/fuzz/corpus/$1" "tests/fuzz/seeds/$1"
  say "fuzzing $1"
  "build/fuzz/tests/fuzz/fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crash-$1-" "build/fuzz/corpus/$1" "tests/fuzz/seeds/$1" >"build/fuzz/$1.log" 2>&1 ||
    { tail -n 40 "build/fuzz/$1.log"; return 1; }
  grep number_of_executed_units "build/fuzz/$1.log"
}

check_fuzzers() {
  local name status=0
  compile_fuzzers || return 1
  for name in $(fuzzer_names); do
    fuzz_one "$name" 30 || status=1
  done
  return $status
}

cmd_fuzz() {
  [ $# -ge 1 ] || die "which one? $(fuzzer_names | xargs)"
  fuzzer_names | grep -qx "$1" || die "no fuzzer named $1; there are: $(fuzzer_names | xargs)"
  install_packages build test check
  compile_fuzzers
  fuzz_one "$1" "${2:-0}"
}
