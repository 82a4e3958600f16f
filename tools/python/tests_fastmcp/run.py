#!/usr/bin/env python3
"""Tests assay.fastmcp against the FastMCP that pip installs.

    tools/python/tests_fastmcp/run.py [--version 4.2.3] [--cases 20000] [--seed 7]

For each version of FastMCP, in an environment of its own under build/fastmcp: the tests of this folder; FastMCP's own
test_jwt_provider.py and test_jwt_provider_bearer.py, out of its source package on PyPI, with the drop-in installed; and
compare.py, which asks both about every vector and about random tokens.

Without PyPI it says so and exits 77, which CTest counts as skipped.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tarfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, *[os.pardir] * 3))
PACKAGE = os.path.join(ROOT, "tools", "python")
sys.path.insert(0, os.path.join(ROOT, "tests", "fastmcp"))

from fastmcp_test import SKIPPED, Unavailable, environment

VERSIONS = ["4.2.3", "3.4.11"]
OWN_TESTS = ["tests/server/auth/test_jwt_provider.py", "tests/server/auth/test_jwt_provider_bearer.py"]
PIP = ["-m", "pip", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"]


def run(command, **more):
    """Its exit status and what it wrote."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)
    return done.returncode, done.stdout


def wheel():
    """The wheel of this tree, built where test.sh builds the package."""
    python = os.path.join(ROOT, "build", "python-tests", "bin", "python")
    if not os.path.exists(python):
        status, output = run([os.path.join(PACKAGE, "test.sh"), "--collect-only", "-q"])
        if status == SKIPPED:
            raise Unavailable(output.strip().splitlines()[-1])
        if status != 0:
            raise RuntimeError(f"test.sh ended with {status}:\n{output}")
    folder = os.path.join(ROOT, "build", "python-wheel")
    shutil.rmtree(folder, ignore_errors=True)
    settings = {"CC": "cc", "CXX": "c++", "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 1), **os.environ}
    settings["CMAKE_ARGS"] = settings.get("CMAKE_ARGS", "") + " -DASSAY_WERROR=ON"
    status, output = run([python, *PIP, "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir",
                          folder, PACKAGE], env=settings)
    if status != 0:
        raise RuntimeError(f"the wheel cannot be built:\n{output}")
    (made,) = glob.glob(os.path.join(folder, "*.whl"))
    return made


def prepared(folder, version, made):
    """The Python of an environment that has FastMCP, what tests need, and this wheel."""
    python = environment(folder, version)
    needed = os.path.join(HERE, "requirements.txt")
    with open(needed, "rb") as file:
        stamp = hashlib.sha256(file.read()).hexdigest()
    noted = os.path.join(folder, version, "dropin-stamp")
    if not os.path.exists(noted) or open(noted, encoding="ascii").read() != stamp:
        status, output = run([python, *PIP, "install", "--quiet", "-r", needed])
        if status != 0:
            raise Unavailable(f"{needed} cannot be installed: {output.strip()[-300:]}")
        with open(noted, "w", encoding="ascii") as file:
            file.write(stamp)
    status, output = run([python, *PIP, "install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", made])
    if status != 0:
        raise RuntimeError(f"the wheel cannot be installed: {output}")
    return python


def own_tests(folder, version, python):
    """A folder with the tests of FastMCP's source package."""
    home = os.path.join(folder, f"tests-{version}")
    if not os.path.exists(os.path.join(home, OWN_TESTS[0])):
        packed = os.path.join(folder, "sdist")
        status, output = run([python, *PIP, "download", "--quiet", "--no-deps", "--no-binary", "fastmcp", "--dest", packed,
                              f"fastmcp=={version}"])
        if status != 0:
            raise Unavailable(f"the source package of FastMCP {version} cannot be had: {output.strip()[-300:]}")
        top = f"fastmcp-{version}"
        with tarfile.open(os.path.join(packed, f"{top}.tar.gz")) as archive:
            members = [member for member in archive.getmembers()
                       if member.isfile() and member.name.startswith(f"{top}/tests/") and ".." not in member.name]
            for member in members:
                member.name = member.name[len(top) + 1 :]
            archive.extractall(home, members)
        os.remove(os.path.join(packed, f"{top}.tar.gz"))
    shutil.copy(os.path.join(HERE, "pytest.ini"), home)
    return home


def test(folder, version, made, options):
    """Whether all is well, and what there is to read."""
    python = prepared(folder, version, made)
    home = own_tests(folder, version, python)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean.update(PYTHONDONTWRITEBYTECODE="1", FASTMCP_TEST_MODE="1")
    steps = [
        ("the drop-in's tests", [python, "-m", "pytest", "-c", "pytest.ini", "."], HERE, {}),
        ("FastMCP's own tests, with the drop-in installed",
         [python, "-m", "pytest", "-p", "installed", *OWN_TESTS], home, {"PYTHONPATH": HERE}),
        ("both asked in one process", [python, "compare.py", "--cases", str(options.cases), "--seed", str(options.seed)],
         HERE, {}),
    ]
    report, is_good = [], True
    for title, command, place, more in steps:
        start = time.perf_counter()
        status, output = run(command, cwd=place, env={**clean, **more}, timeout=1500)
        is_good = is_good and status == 0
        report.append(f"--- FastMCP {version}: {title}: {'passed' if status == 0 else f'failed ({status})'} in "
                      f"{time.perf_counter() - start:.0f} s\n{output if status else output[-600:]}")
    return is_good, "\n".join(report)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="append", choices=VERSIONS, help="default: all")
    parser.add_argument("--cases", type=int, default=500, help="random tokens for each version (default 500)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--environments", default=os.path.join(ROOT, "build", "fastmcp"), help="where FastMCP is installed")
    options = parser.parse_args()
    try:
        made = wheel()
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            waiting = [workers.submit(test, options.environments, version, made, options)
                       for version in options.version or VERSIONS]
            answers = [one.result() for one in waiting]
    except Unavailable as error:
        print(f"skipped: {error}")
        return SKIPPED
    for _, report in answers:
        print(report)
    return 0 if all(is_good for is_good, _ in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
