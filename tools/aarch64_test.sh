#!/usr/bin/env bash
# Builds for aarch64, and runs under qemu the tests of what differs between CPUs: the kernels, the codec, floating-point
# settings, signatures and verdicts; those of the rooms around them; and the quicker ones of the program. Ends with
# 'aarch64: N passed, N failed'. Exits with 3 if Debian's packages for arm64 cannot be reached.
#
# In CI (the variable CI is set) it leaves out the benchmarks, the program and the rooms that come last below: they take
# ten minutes on two cores.
#
# The build is less optimised than a release, because most of the time goes into the compiler. All tests of all rooms, and
# of the program: cmake --preset aarch64, then cmake --build --preset aarch64, then ctest --preset aarch64.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/aarch64_sysroot.sh

# CPU, ASSAY_CPU or '-', program, tests; what takes longest comes first. The CPU max has the instructions for SHA-512,
# neoverse-n1 only those for SHA-256. ASSAY_CPU=portable hides both, and NEON.
runs='max - kernel_test *
max - codec_test *
max - log_test *
max - verify_test *Attacks*:VerifyBatch*:CrossCheck*:Options*:Refetch*
max - backends_test *RfcExamples*:*Attacks*:*HmacTags*:*SayWho*
max - backends_test Wycheproof/*secp256r1*lanes*:Wycheproof/*ed25519*lanes*:Wycheproof/*hmac*lanes*
max portable codec_test Base64url.*:Flat*:JsonFast.*:TokenMarks.*
neoverse-n1 - kernel_test *Hash*
max - jose_test *
max - base_test *
max - lanes_test *
max - stream_test *
max - keys_test *
max - columns_test *'
if [ -z "${CI:-}" ]; then
  runs+='
max - report_test *
max - audit_test *
max - bench_test *
max - mint_test *-*RS*:*PS*
max - writers_test *'
fi

# Of tests/cli: verdicts, orders of checks, formats, compressed inputs, logs, and the program as it was built. Tests that send
# signals and those that measure need a program that starts at once.
commands='Reasons Policy Output Summary Filter KeyPaths Archives Forms AuditExplain ReportOfRuns Permissions Hardening'

[ -n "${ASSAY_WYCHEPROOF_DIR:-}" ] || runs=$(grep -v Wycheproof <<<"$runs")

cmake --preset aarch64 -DASSAY_WERROR=ON -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" --log-level=WARNING \
  -DASSAY_WYCHEPROOF_DIR="${ASSAY_WYCHEPROOF_DIR:-}"
programs="assay_program assay_benchmarks"
[ -z "${CI:-}" ] || programs=
cmake --build --preset aarch64 --target $programs $(cut -d ' ' -f 3 <<<"$runs" | sort -u)

# Functions of a library that are compiled for a newer CPU could be the ones that the linker keeps for every CPU.
objects=$(find build/aarch64/engine -name '*_arm.cc.o')
[ -n "$objects" ] || { echo "no objects for newer CPUs found" >&2; exit 1; }
weak=$(aarch64-linux-gnu-nm -C $objects | grep -E ' [VWvw] ' | grep -vE ' [vw] _' || true)
if [ -n "$weak" ]; then printf '%s\n' "$weak" >&2; exit 1; fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export logs
run_one() {
  local cpu features program tests log status=0
  read -r cpu features program tests <<<"$1"
  log=$(mktemp "$logs/$program-XXXX")
  [ "$features" = - ] || export ASSAY_CPU=$features
  timeout 900 qemu-aarch64 -cpu "$cpu" -E ASSAY_EMULATED=1 -L build/aarch64-sysroot "build/aarch64/$program" --gtest_brief=1 \
    --gtest_filter="$tests" >"$log" 2>&1 || status=$?
  grep -qE '^\[  PASSED  \] [1-9]' "$log" || status=1  # a pattern that fits no test is a fault, too
  echo "$program on $cpu${ASSAY_CPU:+, ASSAY_CPU=$ASSAY_CPU}: $(grep -E '^\[  PASSED  \]' "$log" || echo "exit $status")"
  if [ "$status" -ne 0 ]; then tail -n 80 "$log" >&2; fi
  return "$status"
}
export -f run_one
status=0
xargs -P "$(nproc)" -d '\n' -I {} bash -c 'run_one "$1"' _ {} <<<"$runs" || status=1

if [ -n "$programs" ]; then
  # ctest knows how the program is started under the emulator.
  of_program=$logs/program.ctest
  ctest --preset aarch64 -R "^cli/(${commands// /|})\$" -j "$(nproc)" --no-tests=error >"$of_program" 2>&1 || status=1
  grep '% tests passed' "$of_program" || status=1
  if [ "$status" -ne 0 ]; then tail -n 80 "$of_program" >&2; fi
  read -r bad all <<<"$(sed -nE 's/.*% tests passed, ([0-9]+) tests failed out of ([0-9]+).*/\1 \2/p' "$of_program")"
fi

count() { cat "$logs"/*-???? | sed -nE "s/^\[  $1  \] ([0-9]+) tests?[.,].*/\1/p" | awk '{sum += $1} END {print sum + 0}'; }
echo "aarch64: $(($(count PASSED) + ${all:-0} - ${bad:-0})) passed, $(($(count FAILED) + ${bad:-0})) failed"
exit "$status"
