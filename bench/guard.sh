#!/usr/bin/env bash
# Tells whether assay became slower than bench/baseline.json, by ratios to plain OpenSSL measured in the same run: a
# change is 10 % and more than the noise (2 %, or the spread of the repetitions). Exit status 1 when a row is slower.
#
#     bench/guard.sh [OPTIONS of assay bench]     measure what the baseline holds, and compare
#     bench/guard.sh --renew                      make the baseline anew, on a quiet machine
#
# The program is build/release/assay, or $ASSAY. Ratios hold on the CPU that the baseline names, roughly on others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
assay=${ASSAY:-build/release/assay}
if [ "${1:-}" = --renew ]; then
  exec "$assay" bench --threads 1 --keys 1,100 --batch 1,64 --repeated --json bench/baseline.json
fi
exec "$assay" bench --compare bench/baseline.json "$@"
