"""The rivals: the name of each, how to install and build it, and its versions.

Everything comes from package registries, in the versions that the lock files of this folder pin, and is built in
build/rivals. If a rival cannot be installed, its setup raises Unavailable with one line that says why.
"""
import dataclasses
import functools
import os
import re
import shutil
import subprocess
import sys
import typing

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", "rivals")

CARGO, GO, NODE, PYTHON = (1, 88), (1, 22), (20,), (3, 10)  # the oldest versions that work with the pinned packages


class Unavailable(Exception):
    pass


def do(command, cwd=ROOT, env=None):
    """Runs a step of the set-up and returns its output. If it fails, the last line of output says what went wrong."""
    try:
        done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except OSError as error:
        raise Unavailable(f"{os.path.basename(command[0])}: {error.strerror}") from error
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if "error" in line.lower()] or done.stdout.splitlines() or ["no output"]
        raise Unavailable(f"{os.path.basename(command[0])} {command[1] if len(command) > 1 else ''}: {errors[0].strip()[:200]}")
    return done.stdout


def need(program, version_command, oldest, remedy):
    """The program's version, if it is there and not too old."""
    wanted = ".".join(map(str, oldest))
    if not shutil.which(program):
        raise Unavailable(f"no {program}; install {wanted} or newer ({remedy})")
    found = re.search(r"\d+(\.\d+)+", do([program] + version_command))
    if not found or tuple(map(int, found[0].split(".")))[: len(oldest)] < oldest:
        raise Unavailable(f"{program} {found[0] if found else 'of unknown version'} is too old; install {wanted} or newer ({remedy})")
    return found[0]


def is_fresh(stamp, content):
    """Whether the stamp was written for this content."""
    try:
        with open(stamp, encoding="utf-8") as file:
            return file.read() == content
    except OSError:
        return False


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


# --- C and C++: Debian's packages


@functools.cache
def debian_packages():
    try:
        do([os.path.join(ROOT, "tools", "setup.sh"), os.path.join(HERE, "packages.txt")])
    except Unavailable as error:
        # The packages of this rival may be installed all the same; compiling it will show.
        print(f"rivals: {error}", file=sys.stderr)


def debian(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return f"{package} {done.stdout}" if done.returncode == 0 else f"{package} of unknown version"


def native(name, libraries, package):
    debian_packages()
    compiler = os.environ.get("CXX", "g++")
    program = os.path.join(BUILD, "native", name)
    os.makedirs(os.path.dirname(program), exist_ok=True)
    sources = [os.path.join(HERE, "native", file) for file in (f"{name}.cc", "rival.h")]
    if not os.path.exists(program) or os.path.getmtime(program) < max(map(os.path.getmtime, sources)):
        do([compiler, "-std=c++17", "-O2", "-DNDEBUG", "-Wno-deprecated-declarations", sources[0], "-o", program] + libraries)
    return [program], f"{debian(package)}, {debian('libssl3')}"


# --- Rust: crates.io


def locked_crate(name, major=""):
    versions = re.findall(rf'name = "{name}"\nversion = "({re.escape(major)}[^"]*)"', read(os.path.join(HERE, "rust", "Cargo.lock")))
    return f"{name} {versions[-1]}"


def rust(feature, crates):
    need("cargo", ["--version"], CARGO, "rustup; Debian 12 has 0.66")
    compiler = do(["rustc", "--version"]).split("(")[0].strip()
    target = os.path.join(BUILD, f"rust-{feature}")
    do(["cargo", "build", "--release", "--locked", "--features", feature, "--target-dir", target], cwd=os.path.join(HERE, "rust"))
    return [os.path.join(target, "release", "rival")], ", ".join([locked_crate(*crate) for crate in crates] + [compiler])


# --- Go: the module proxy


def go():
    version = need("go", ["version"], GO, "go.dev; Debian 12 has 1.19")
    program = os.path.join(BUILD, "go", "rival")
    do(["go", "build", "-mod=readonly", "-o", program, "."], cwd=os.path.join(HERE, "go"), env={"GOTOOLCHAIN": "local", "GOFLAGS": ""})
    module = re.search(r"golang-jwt/jwt/v5 (v\S+)", read(os.path.join(HERE, "go", "go.mod")))[1]
    return [program], f"golang-jwt/jwt/v5 {module}, go {version}"


# --- Node.js: npm


@functools.cache
def node_modules():
    version = need("node", ["--version"], NODE, "nodejs.org; Debian 12 has 18")
    folder, source = os.path.join(BUILD, "node"), os.path.join(HERE, "node")
    os.makedirs(folder, exist_ok=True)
    for file in os.listdir(source):
        if file.endswith((".mjs", ".json")):
            shutil.copy(os.path.join(source, file), folder)
    stamp, lock = os.path.join(folder, "installed"), read(os.path.join(source, "package-lock.json"))
    if not is_fresh(stamp, lock):
        do(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder)
        write(stamp, lock)
    openssl = do(["node", "-p", "process.versions.openssl"]).strip()
    return folder, f"node {version} with OpenSSL {openssl}"


def node(script, package):
    folder, runtime = node_modules()
    version = re.search(r'"version": "([^"]+)"', read(os.path.join(folder, "node_modules", package, "package.json")))[1]
    return ["node", os.path.join(folder, script)], f"{package} {version}, {runtime}"


# --- Python: PyPI, in a virtual environment


@functools.cache
def python_environment():
    if sys.version_info[:2] < PYTHON:
        raise Unavailable(f"this Python is too old; run bench/rivals/run.py with {'.'.join(map(str, PYTHON))} or newer")
    folder = os.path.join(BUILD, "python")
    interpreter = os.path.join(folder, "bin", "python")
    requirements = os.path.join(HERE, "python", "requirements.txt")
    stamp, content = os.path.join(folder, "installed"), f"{sys.version}\n{read(requirements)}"
    if not is_fresh(stamp, content):
        debian_packages()
        do([sys.executable, "-m", "venv", "--clear", folder])
        do([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
        write(stamp, content)
    openssl = do([interpreter, "-c", "from cryptography.hazmat.backends.openssl import backend as b; print(b.openssl_version_text())"])
    return interpreter, re.sub(r"^OpenSSL (\S+).*", r"OpenSSL \1", openssl.strip())


def python(script, *packages):
    interpreter, openssl = python_environment()
    text = "import importlib.metadata as m, sys; print(', '.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))"
    versions = do([interpreter, "-c", text, *packages, "cryptography"]).strip()
    return ([interpreter, os.path.join(HERE, "python", script)],
            f"{versions} with {openssl}, Python {sys.version.split()[0]}")


@dataclasses.dataclass
class Rival:
    name: str
    language: str
    setup: typing.Callable  # installs and builds; returns (command, versions)
    environment: dict = dataclasses.field(default_factory=dict)
    caches: bool = False  # it remembers tokens, so it is measured on repeated tokens too
    command: list = dataclasses.field(default_factory=list)  # setup returns this and `versions`
    versions: str = ""


RIVALS = [
    Rival("cjose", "C", lambda: native("cjose", ["-lcjose", "-ljansson"], "libcjose0")),
    Rival("libjwt", "C", lambda: native("libjwt", ["-ljwt"], "libjwt0")),
    Rival("cpp-jwt", "C++", lambda: native("cpp_jwt", ["-lcrypto"], "libcpp-jwt-dev")),
    Rival("jsonwebtoken-aws-lc", "Rust", lambda: rust("aws-lc-rs", [("jsonwebtoken", "11."), ("aws-lc-rs",)])),
    Rival("jsonwebtoken-rust-crypto", "Rust", lambda: rust("rust-crypto", [("jsonwebtoken", "11.")])),
    Rival("jsonwebtoken-ring", "Rust", lambda: rust("ring", [("jsonwebtoken", "9."), ("ring",)])),
    Rival("golang-jwt", "Go", go, {"GOMAXPROCS": "1"}),
    Rival("jose", "Node.js", lambda: node("jose.mjs", "jose"), {"UV_THREADPOOL_SIZE": "1"}),  # more threads are slower on one core
    Rival("fast-jwt", "Node.js", lambda: node("fast_jwt.mjs", "fast-jwt"), {"RIVAL_CACHE": "off"}),
    Rival("fast-jwt-cache", "Node.js", lambda: node("fast_jwt.mjs", "fast-jwt"), {"RIVAL_CACHE": "on"}, caches=True),
    Rival("pyjwt", "Python", lambda: python("rival_pyjwt.py", "PyJWT")),
    Rival("joserfc", "Python", lambda: python("rival_joserfc.py", "joserfc")),
    Rival("fastmcp", "Python", lambda: python("rival_fastmcp.py", "fastmcp", "joserfc")),
]
