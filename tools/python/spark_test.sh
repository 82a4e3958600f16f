#!/usr/bin/env bash
# Runs the tests of assay.spark: in a cluster of two executors on this machine, and through Spark Connect. Arguments go to
# pytest.
#
# Exit code 77: there is no Java, python3 has no headers or no venv, or PyPI is not reached. The environment is
# build/spark-tests; it is made again if requirements-spark.txt or the Python changes. ASSAY_PYTHON names another
# interpreter than python3, ASSAY_SPARK_ROWS another number of tokens.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
base=${ASSAY_PYTHON:-python3}
home=$PWD/build/spark-tests
python=$home/bin/python
list=tools/python/requirements-spark.txt

skip() { echo "skipped: $1"; exit 77; }
command -v java >/dev/null || skip "there is no Java; install openjdk-17-jre-headless"
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
for spark in 'local-cluster[2,1,1024]' 'local[2]'; do
  echo "Spark: $spark"
  ASSAY_SPARK=$spark "$python" -m pytest -c tools/python/pyproject.toml --rootdir tools/python tools/python/tests_spark --durations=6 "$@"
done
