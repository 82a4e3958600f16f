#!/usr/bin/env bash
# Builds the Python package as pip does, installs it into an environment of its own, and runs its tests. Arguments go to pytest.
#
# Exit code 77: python3 has no headers or no venv, or PyPI is not reached. The environment is build/python-tests; it is
# made again if requirements-test.txt or the Python changes. ASSAY_PYTHON names another interpreter than python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/python/environment.sh python-tests tools/python/requirements-test.txt
tools/python/install.sh "$python"
export PYTHONDONTWRITEBYTECODE=1
"$python" -m pytest -c tools/python/pyproject.toml --rootdir tools/python tools/python/tests "$@"
