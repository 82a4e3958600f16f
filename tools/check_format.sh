#!/usr/bin/env bash
# Exit 1 where clang-format would change a tracked C++ file; --fix changes them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format "${mode[@]}"
