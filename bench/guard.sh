#!/usr/bin/env bash
# Reports whether assay became slower than bench/baseline.json. It compares ratios to plain OpenSSL, which is measured
# in the same run. A change is 10 % or more, and more than the noise (2 %, or the spread of the repetitions if that is
# larger), with at least 4 repetitions in both runs and all of one run on the same side of all of the other. The exit
# status is 1 if a row became slower.
#
#     bench/guard.sh [OPTIONS of assay bench]     measure the rows of the baseline, and compare
#     bench/guard.sh --renew                      write a new baseline, on a quiet machine
#
# The program is build/release/assay, or $ASSAY. Ratios are comparable on the CPU that the baseline names, and roughly on
# other CPUs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
assay=${ASSAY:-build/release/assay}
if [ "${1:-}" = --renew ]; then
  exec "$assay" bench --threads 1 --keys 1,100 --batch 1,64 --repeated --json bench/baseline.json
fi
exec "$assay" bench --compare bench/baseline.json "$@"
