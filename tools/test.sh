#!/usr/bin/env bash
# Builds assay in release mode with everything, and runs all tests. Arguments go to ctest, such as -R stream/.
#
# The Wycheproof vectors are used when ASSAY_WYCHEPROOF_DIR names their folder (testvectors_v1 of C2SP/wycheproof), or
# when they lie at ../shared/vectors/wycheproof; the tests that need them are skipped without.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh
wycheproof=${ASSAY_WYCHEPROOF_DIR:-}
if [ -z "$wycheproof" ] && [ -d ../shared/vectors/wycheproof ]; then wycheproof=$PWD/../shared/vectors/wycheproof; fi
cmake --preset release -DASSAY_WERROR=ON -DASSAY_WYCHEPROOF_DIR="$wycheproof"
cmake --build --preset release
ctest --preset release -j "$(nproc)" "$@"
