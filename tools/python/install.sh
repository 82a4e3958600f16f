#!/usr/bin/env bash
# Builds the Python package as pip does, and installs it into the environment of this interpreter:
# tools/python/install.sh PYTHON. What the build needs must be installed there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=$1
started=$SECONDS
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
# The names under which the other builds call the compilers, so that ccache knows them again.
export CC=${CC:-cc} CXX=${CXX:-c++}
export CMAKE_ARGS="${CMAKE_ARGS:-} -DASSAY_WERROR=ON"
# All environments are served by one build folder, one after the other.
mkdir -p build
flock build/python.lock "$python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
  --no-index --force-reinstall ./tools/python
echo "built and installed in $((SECONDS - started)) s"
