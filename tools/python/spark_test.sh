#!/usr/bin/env bash
# Runs the tests of assay.spark: in a cluster of two executors on this machine, and through Spark Connect. Arguments go to
# pytest.
#
# Exit code 77: there is no Java, python3 has no headers or no venv, or PyPI is not reached. The environment is
# build/spark-tests; it is made again if requirements-spark.txt or the Python changes. ASSAY_PYTHON names another
# interpreter than python3, ASSAY_SPARK_ROWS another number of tokens.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v java >/dev/null || { echo "skipped: there is no Java; install openjdk-17-jre-headless"; exit 77; }
. tools/python/environment.sh spark-tests tools/python/requirements-spark.txt
tools/python/install.sh "$python"
export PYTHONDONTWRITEBYTECODE=1
for spark in 'local-cluster[2,1,1024]' 'local[2]'; do
  echo "Spark: $spark"
  ASSAY_SPARK=$spark "$python" -m pytest -c tools/python/pyproject.toml --rootdir tools/python tools/python/tests_spark --durations=6 "$@"
done
