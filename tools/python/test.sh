#!/usr/bin/env bash
# Builds the Python package as pip does, installs it into an environment of its own, and runs its tests. Arguments go to pytest.
#
# Exit code 77: python3 has no headers or no venv, or PyPI is not reached. The environment is build/python-tests; it is
# made again if requirements-test.txt or the Python changes. ASSAY_PYTHON names another interpreter than python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
base=${ASSAY_PYTHON:-python3}
home=$PWD/build/python-tests
python=$home/bin/python
list=tools/python/requirements-test.txt

skip() { echo "skipped: $1"; exit 77; }
command -v "$base" >/dev/null || skip "there is no $base"
"$base" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "$base is older than 3.10"
"$base" -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
  skip "$base has no headers; install python3-dev"
"$base" -c 'import ensurepip' 2>/dev/null || skip "$base cannot make environments; install python3-venv"

stamp=$({ "$base" -VV; cat "$list"; } | sha256sum)
if [ "$(cat "$home/stamp" 2>/dev/null)" != "$stamp" ]; then
  "$base" -m venv --clear "$home"
  "$python" -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 20 -r "$list" ||
    skip "the packages of $list cannot be installed"
  echo "$stamp" >"$home/stamp"
fi

tools/python/install.sh "$python"
export PYTHONDONTWRITEBYTECODE=1
"$python" -m pytest -c tools/python/pyproject.toml --rootdir tools/python tools/python/tests "$@"
