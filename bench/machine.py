"""The description of the machine that goes with a measurement, for the scripts of this folder."""
import datetime
import os
import platform
import shlex
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def first_line(command):
    """The first line that the command prints, or "unknown"."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        return done.stdout.splitlines()[0].strip()
    except (OSError, IndexError):
        return "unknown"


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        for line in text:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def commit():
    dirty = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    return first_line(["git", "rev-parse", "HEAD"]) + (" and uncommitted changes" if dirty.strip() else "")


def describe(script):
    """The machine, the build's commit and the command, as one dictionary in the order of a report."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "compiler": first_line(["c++", "--version"]),
        "openssl": first_line(["openssl", "version"]),
        "commit": commit(),
        "command": shlex.join([script] + sys.argv[1:]),
    }
