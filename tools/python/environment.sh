# For the scripts beside it, which include it at the root of the tree:
#   . tools/python/environment.sh FOLDER REQUIREMENTS
# Makes the environment build/FOLDER with the packages of the list REQUIREMENTS, again if the list or the Python changes,
# and sets `python` to its interpreter. ASSAY_PYTHON names another interpreter than python3. Ends the script with 77 if
# python3 is too old, has no headers or no venv, or if PyPI is not reached.
skip() { echo "skipped: $1"; exit 77; }

base=${ASSAY_PYTHON:-python3}
home=$PWD/build/$1
list=$2
python=$home/bin/python

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
