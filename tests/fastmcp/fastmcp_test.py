"""Compares assay's fastmcp profiles with the FastMCP that pip installs, on random cases.

    tests/fastmcp/fastmcp_test.py --assay build/release/assay [--version 4.2.3] [--cases 10000] [--seed N]

Needs PyPI (or an earlier run's environments); without, it says so and exits 77, which CTest counts as skipped. Exits 1 if
there is a difference that README.md beside this file does not list.
"""
import argparse
import base64
import collections
import concurrent.futures
import json
import os
import random
import subprocess
import sys
import tempfile

from plain_json import plain

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROFILES = {"3.4.11": "fastmcp@3.4", "4.1.7": "fastmcp@4.1", "4.2.3": "fastmcp@4.2"}
SKIPPED = 77
AT = 1790000000


class Unavailable(Exception):
    """FastMCP cannot be had here."""


def environment(folder, version):
    """The Python of a virtual environment that has this version of FastMCP; made where it is not there yet."""
    home = os.path.join(folder, version)
    python = os.path.join(home, "bin", "python")
    probe = [python, "-c", "import fastmcp, sys; sys.exit(fastmcp.__version__ != sys.argv[1])", version]
    if os.path.exists(python) and subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0:
        return python
    os.makedirs(folder, exist_ok=True)
    for command in ([sys.executable, "-m", "venv", "--clear", home],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
                     "--timeout", "15", "--cache-dir", os.path.join(folder, "pip"), f"fastmcp=={version}"]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Unavailable(f"FastMCP {version} cannot be installed: {done.stdout.strip()[-300:]}")
    return python


def described(python):
    """The versions that were compared with, in words."""
    code = ("import platform, importlib.metadata as m; print('Python', platform.python_version(), "
            "*(f'{n} {m.version(n)}' for n in ('fastmcp', 'joserfc', 'cryptography', 'pydantic')))")
    return subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def peer(python, what, seed, count):
    """What FastMCP says: one object a group."""
    done = subprocess.run([python, os.path.join(HERE, "peer.py"), what, "--seed", str(seed), "--cases", str(count)],
                          stdout=subprocess.PIPE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if done.returncode != 0:
        raise RuntimeError(f"peer.py {what} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


# assay's side

def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def as_list(value):
    return [] if value is None else [value] if isinstance(value, str) else list(value) or [""]


def secret_file(secret):
    """The bytes of a file whose secret is this: the final newline of a text file does not count."""
    try:
        is_text = all(c >= " " or c in "\t\r\n" for c in secret.decode())
    except UnicodeDecodeError:
        is_text = False
    return secret + (b"\n" if is_text and secret.endswith(b"\n") else b"")


def arguments(group, profile, folder):
    config, source = group["config"], group["source"]
    words = ["--profile", profile, "--quiet", "--input", "ndjson", "--at", "record", "--max-token-bytes", "4194304"]
    if config["algorithm"]:
        words += ["--algorithm", config["algorithm"]]
    for option, name in (("--jwks", "jwks"), ("--public-key", "public_key"), ("--secret-file", "secret")):
        if name in source:
            data = base64.b64decode(source[name])
            hmac = (config["algorithm"] or "").startswith("HS")
            if name == "public_key" and hmac:
                option, name = "--secret-file", "secret"
            words += [option, write(folder, name, secret_file(data) if name == "secret" else data)]
    for option, name in (("--issuer", "issuer"), ("--audience", "audience")):
        for value in as_list(config[name]):
            words += [option, value]
    scopes = config["required_scopes"]
    if isinstance(scopes, str):
        words += ["--require-scope", scopes] if scopes else []
    else:
        for scope in scopes or []:
            words += ["--require-scope-exact", scope]
    return words


def verdicts(program, words, cases):
    """The verdicts of assay, one a case; a configuration that it refuses rejects every token."""
    lines = "".join(json.dumps({"token": case["token"], "time": case["at"]}) + "\n" for case in cases)
    done = subprocess.run([program, "verify", *words], input=lines.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)
    if done.returncode not in (0, 1):
        message = done.stderr.decode(errors="replace").strip()
        return [{"valid": False, "reason": f"exit {done.returncode}", "detail": message} for _ in cases]
    # Not splitlines, which splits at U+2028 too.
    answers = [json.loads(line) for line in done.stdout.split(b"\n") if line]
    if len(answers) != len(cases):
        raise RuntimeError(f"{len(cases)} records, {len(answers)} verdicts: {words}")
    return answers


def difference(version, theirs, ours):
    """What differs between two verdicts, or an empty string."""
    if theirs["valid"] != ours["valid"]:
        said = {True: "accepts", False: "rejects"}
        cause = theirs.get("raised") or ours.get("reason") or ""
        return f"FastMCP {said[theirs['valid']]}, assay {said[ours['valid']]} ({cause})"
    if not theirs["valid"]:
        return ""
    for field in ("client_id", "scopes", "expires_at", "subject", "claims"):
        if field == "subject" and version.startswith("3."):
            continue  # its AccessToken has none
        # Texts tell 1 from 1.0 and from true, which Python's == does not.
        if json.dumps(theirs[field], sort_keys=True) != json.dumps(plain(ours.get(field)), sort_keys=True):
            return f"{field}: FastMCP {json.dumps(theirs[field])[:300]}, assay {json.dumps(ours.get(field))[:300]}"
    return ""


def broken(entry):
    """Whether an entry of a static table has what no entry may have; FastMCP fails when the token comes."""
    if not isinstance(entry, dict):
        return True
    scopes, expires_at = entry.get("scopes", []), entry.get("expires_at")
    return not (isinstance(entry.get("client_id"), str) and isinstance(scopes, list)
                and all(isinstance(s, str) for s in scopes)
                and type(expires_at) in (int, float, type(None)) and isinstance(entry.get("sub"), (str, type(None))))


def known(group, case, ours):
    """The cause of a difference that is meant, as README.md lists it, or an empty string."""
    for name in ("issuer", "audience"):
        if group.get("config") and group["config"][name] == [""]:
            return "an empty issuer or audience in a list: the command line cannot say it"
    if ours.get("reason") == "exit 2":
        if b"\x00" in base64.b64decode(group.get("source", {}).get("jwks", ""))[:4]:
            return "a key set in UTF-16 or UTF-32 is refused, with the mend"
        if any(broken(entry) for entry in group.get("table", {}).values()):
            return "a table of static tokens with an entry that can never be right is refused"
    return ""


class Comparison:
    """Counts cases, and keeps differences by what differs."""

    def __init__(self, version, show, dump):
        self.version, self.show, self.dump = version, show, dump
        self.cases = self.accepted = 0
        self.known = collections.Counter()
        self.found = []

    def add(self, group, case, ours):
        theirs = case["answer"]
        self.cases += 1
        self.accepted += theirs["valid"]
        what = difference(self.version, theirs, ours)
        if not what:
            return
        cause = known(group, case, ours)
        if cause:
            self.known[cause] += 1
        else:
            row = {"version": self.version, "what": what, "config": group.get("config"), "source": group.get("source"),
                   "table": group.get("table"), "required_scopes": group.get("required_scopes"), "token": case["token"],
                   "at": case["at"], "fastmcp": theirs, "assay": ours}
            self.found.append(row)
            if self.dump:
                self.dump.write(json.dumps(row) + "\n")

    def report(self, title):
        print(f"FastMCP {self.version}, {title}: {self.cases} cases, {self.accepted} accepted by FastMCP, "
              f"{len(self.found)} differences" + "".join(f"; {count} of a known kind ({cause})" for cause, count in self.known.items()))
        for row in self.found[: self.show]:
            print("  " + explained(row))


def peek(segment):
    """A segment of a token as text, for a person."""
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode("utf-8", "backslashreplace")
    except ValueError:
        return segment


def explained(row):
    token = row["token"]
    parts = token.split(".")
    shown = (f"header {peek(parts[0])[:300]!r} payload {peek(parts[1])[:400]!r}" if len(parts) == 3
             else f"token {token[:80]!r}")
    coded = {name: value for name, value in (row["source"] or {}).items() if isinstance(value, str)}
    keys = {name: base64.b64decode(value).decode("utf-8", "backslashreplace")[:1500] for name, value in coded.items()}
    return (f"{row['what']}\n    at {row['at']} {shown}\n    config {json.dumps(row['config'])}\n"
            f"    assay: {row['assay'].get('detail')}\n    keys {keys or row['table']}")


def compare_verifier(options, python, version, dump):
    comparison = Comparison(version, options.show, dump)
    groups = peer(python, "verify", options.seed, options.cases)

    def run(group):
        with tempfile.TemporaryDirectory() as folder:
            words = arguments(group, options.profile or PROFILES[version], folder)
            return verdicts(options.assay, words, group["cases"])
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        for group, answers in zip(groups, workers.map(run, groups)):
            for case, ours in zip(group["cases"], answers):
                comparison.add(group, case, ours)
    comparison.report("JWTVerifier.load_access_token")
    return len(comparison.found)


def compare_static(options, python, version, dump):
    comparison = Comparison(version, options.show, dump)
    for group in peer(python, "static", options.seed, min(options.cases, 1000)):
        with tempfile.TemporaryDirectory() as folder:
            words = ["--profile", options.profile or PROFILES[version], "--quiet", "--input", "ndjson", "--at",
                     "record", "--static-tokens", write(folder, "table", json.dumps(group["table"]).encode())]
            for scope in group["required_scopes"] or []:
                words += ["--require-scope-exact", scope]
            for case, ours in zip(group["cases"], verdicts(options.assay, words, group["cases"])):
                comparison.add(group, case, ours)
    comparison.report("StaticTokenVerifier.verify_token")
    return len(comparison.found)


def mint_words(call, key):
    """`assay mint` with the arguments of one call of create_token."""
    words = ["--key", key, "--at", str(AT)]
    for option, name in (("--subject", "subject"), ("--issuer", "issuer"), ("--expires-in", "expires_in_seconds")):
        if name in call:
            words += [f"{option}={call[name]}"]
    for audience in as_list(call.get("audience") or None):
        words += [f"--audience={audience}"]
    for scope in call.get("scopes") or []:
        words += [f"--scope={scope}"]
    for name, value in call.get("additional_claims", {}).items():
        words += ["--claim", f"{name}={json.dumps(value, ensure_ascii=False)}"]
    return words + (["--kid", call["kid"]] if call.get("kid") else [])


def compare_mint(options, python, version):
    calls = peer(python, "mint", options.seed, 200)
    key, wrong = calls.pop(0)["key"], 0
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, "key.pem", key.encode())
        for made in calls:
            done = subprocess.run([options.assay, "mint", *mint_words(made["call"], path)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            ours = done.stdout.decode().rstrip("\n")
            if ours == made.get("token", ""):
                continue
            wrong += 1
            if wrong <= options.show:
                shown = [" ".join(map(peek, token.split(".")[:2])) for token in (made.get("token", ""), ours)]
                print(f"  create_token({made['call']}) differs\n    FastMCP {shown[0]} {made.get('raised', '')}\n"
                      f"    assay   {shown[1]} {done.stderr.decode().strip()}")
    print(f"FastMCP {version}, RSAKeyPair.create_token: {len(calls)} calls, {wrong} tokens differ")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default=os.environ.get("ASSAY_PROGRAM"), help="the program (default: ASSAY_PROGRAM)")
    parser.add_argument("--version", action="append", choices=list(PROFILES), help="default: all")
    parser.add_argument("--cases", type=int, default=10000, help="a version")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--environments", default=os.path.join(ROOT, "build", "fastmcp"),
                        help="where FastMCP is installed")
    parser.add_argument("--show", type=int, default=10, help="differences to print")
    parser.add_argument("--dump", help="write all differences here, as NDJSON")
    parser.add_argument("--profile", help="compare with this profile of assay, for all versions")
    options = parser.parse_args()
    if not options.assay:
        parser.error("name the program: --assay build/release/assay")
    print(f"seed {options.seed}")
    wrong = 0
    dump = open(options.dump, "w", encoding="utf-8") if options.dump else None
    for version in options.version or PROFILES:
        try:
            python = environment(options.environments, version)
        except Unavailable as error:
            print(f"skipped: {error}")
            return SKIPPED
        print(described(python), flush=True)
        wrong += compare_verifier(options, python, version, dump)
        wrong += compare_static(options, python, version, dump)
        wrong += compare_mint(options, python, version)
        sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
