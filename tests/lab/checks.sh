# The slower checks of ./run, which sources this: `./run check` and `./run fuzz`.
# shellcheck shell=bash

cmd_check() {
  install_packages build lab test check bench
  local name passed=0 failed=0 table=()
  checked "clang-tidy" check_tidy
  checked "ThreadSanitizer, unit tests" check_threads
  checked "ThreadSanitizer, immpd under load" check_load
  checked "bench, three rows" check_bench
  checked "building the fuzzers" compile_fuzzers
  fuzz_all 30
  for name in $(fuzzer_names); do
    checked "fuzzing $name" fuzz_result "$name"
  done
  printf '\n== all checks\n'
  printf '%s\n' "${table[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}

# checked NAME COMMAND...: counts it in cmd_check's table.
checked() {
  local name=$1 began=$SECONDS verdict=passed
  shift
  printf '== %s\n' "$name"
  "$@" || verdict=FAILED
  if [ $verdict = passed ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  table+=("$(printf '%-40s %s %6d s' "$name" $verdict $((SECONDS - began)))")
  printf '%s\n' "${table[-1]}"
}

check_threads() {
  compile_tests tsan -DIMMP_SANITIZE=thread || return 1
  ctest --test-dir build/tsan -j "$(nproc)" --output-on-failure --no-tests=error --progress
}

# Whole daemons. A report is a file and gives its process status 66: a daemon's status is seen by nobody.
check_load() {
  local reports=$PWD/build/tsan/reports status=0
  rm -rf "$reports"
  mkdir -p "$reports"
  IMMP_BIN=$PWD/build/tsan TSAN_OPTIONS="log_path=$reports/report exitcode=66" \
    "$python" tests/lab/suite.py --file tests/e2e/load.py || status=1
  [ -z "$(ls "$reports")" ] && return $status
  head -n 80 "$reports"/*
  return 1
}

# 24 files as one: file by file it takes an hour. The static analyzer looks into a .cpp that another file includes where that
# one's path says "UnifiedSource"; at its full depth it would take as long as all else here.
check_tidy() {
  compile_database build/tidy/UnifiedSource || return 1
  local status=0
  run-clang-tidy-19 -quiet -p build/tidy/UnifiedSource -j "$(nproc)" \
    -extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang -extra-arg=mode=shallow \
    >build/tidy/report.txt 2>build/tidy/errors.txt || status=1
  grep -E "(warning|error):" build/tidy/report.txt | sort -u
  [ $status = 0 ] || tail -n 5 build/tidy/errors.txt
  return $status
}

# Of accept and crypto that they measure, not what; slow has a verdict: 10,000 slow clients hold nobody up.
check_bench() { (cmd_bench accept crypto slow); }

# The compilation database is clang's, so that clang-tidy sees flags that it knows.
compile_database() {
  mkdir -p "$1"
  CXX=clang++-19 cmake -S . -B "$1" -G Ninja -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=24 -DIMMP_TESTS=OFF \
    >"$1/configure.log" 2>&1 ||
    { cat "$1/configure.log" >&2; return 1; }
}

compile_fuzzers() {
  CXX=clang++-19 compile build/fuzz -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1" \
    -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 -DIMMP_FUZZ=ON -DIMMP_SANITIZE=address,undefined,fuzzer-no-link
}

fuzzer_names() { (cd tests/fuzz && ls fuzz_*.cpp) | sed 's/^fuzz_//; s/\.cpp$//'; }

# fuzz_one NAME SECONDS [OPTION...]: what it finds new goes to build/fuzz/corpus, a crash to build/fuzz/crash-*.
fuzz_one() {
  local name=$1 seconds=$2
  shift 2
  mkdir -p "build/fuzz/corpus/$name"
  "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 "$@" \
    -artifact_prefix="build/fuzz/crash-$name-" "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name" >"build/fuzz/$name.log" 2>&1 ||
    { tail -n 40 "build/fuzz/$name.log"; return 1; }
  grep number_of_executed_units "build/fuzz/$name.log"
}

# fuzz_all SECONDS: each of them, one a processor at a time; fuzz_result tells how it went. Always the same chance, so that a
# change is judged by what it changed; `./run fuzz` goes where nobody has been.
fuzz_all() {
  local name
  rm -f build/fuzz/*.status
  for name in $(fuzzer_names); do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    { status=0; fuzz_one "$name" "$1" -seed=1 >"build/fuzz/$name.told" || status=$?; echo $status >"build/fuzz/$name.status"; } &
  done
  wait
}

fuzz_result() {
  cat "build/fuzz/$1.told" && [ "$(cat "build/fuzz/$1.status")" = 0 ]
}

cmd_fuzz() {
  [ $# -ge 1 ] || die "which one? $(fuzzer_names | xargs)"
  fuzzer_names | grep -qx "$1" || die "no fuzzer named $1; there are: $(fuzzer_names | xargs)"
  install_packages build test check
  say "building build/fuzz"
  compile_fuzzers
  say "fuzzing $1"
  fuzz_one "$1" "${2:-0}"
}
