#!/usr/bin/env python3
"""Makes data/sample: keys, a log of about 2,000 requests, and the verdicts that it must get.

  tools/make_sample.py [--program build/release/assay] [--seed 20260914]

The log is signed by `assay mint` with keys of `assay keygen`, which are random and thrown away: another run makes a
log of the same shape under other keys. What each verdict must be is known here before assay is asked, since every
fault is ordered by name: verdicts that differ in any field stop the script, and nothing is written. The command that
judges the log is read from data/sample/README.md.
"""
import argparse
import base64
import json
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "sample"
ISSUER = "https://idp.sample.example"
AUDIENCE = "https://api.sample.example"
FIRST_HOUR = 1789344000  # 2026-09-14T00:00:00Z
HOURS = 24
LIFETIME = 3600

# kid, algorithm, hours in which it signs: the old keys until noon, the current ones from ten o'clock.
OLD_KEYS = [("rs-2026-08", "RS256", range(0, 12)), ("es-2026-08", "ES256", range(0, 12))]
CURRENT_KEYS = [
    ("rs-2026-09", "RS256", range(10, HOURS)), ("ps-2026-09", "PS256", range(10, HOURS)),
    ("es-2026-09", "ES256", range(10, HOURS)), ("es384-2026-09", "ES384", range(0, HOURS)),
    ("ed-2026-09", "EdDSA", range(0, HOURS)),
]
SECRET = ("internal", "HS256", range(0, HOURS))
USERS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]
CLIENTS = ["billing", "mobile", "reports", "web"]
# Tokens of each key for each fault; the rest of a signer's kinds two.
FAULT_COUNTS = {"token_expired": 12, "signature_invalid": 6, "signature_redacted": 5, "audience_mismatch": 4}
# 94 kB each: one is enough.
OVERSIZED_KEY = "es-2026-09"


class Key:
    def __init__(self, kid, algorithm, hours, path):
        self.kid, self.algorithm, self.hours, self.path = kid, algorithm, hours, path


class Entry:
    """A line of the log and what its verdict must say. `reasons` is empty for an accepted token; `client` and
    `subject` are what a good signature vouches for."""

    def __init__(self, moment, line, reasons, key=None, token="", client=None, subject=None):
        self.moment, self.line, self.reasons, self.key = moment, line, reasons, key
        self.token, self.client, self.subject = token, client, subject
        self.claims = {} if reasons else payload_of(token)


# Decided without a signature, so that the verdict says "unchecked" and vouches for nothing.
UNCHECKED = {
    "malformed_record", "missing_token", "missing_time", "token_too_large", "encrypted_token", "signature_redacted",
    "malformed_token", "malformed_header", "critical_header", "algorithm_not_allowed", "key_not_found", "key_mismatch",
}
# The header is not read, or holds another alg or kid than the key's.
OTHER_HEADER = {
    "malformed_record", "missing_token", "token_too_large", "encrypted_token", "malformed_token", "malformed_header",
    "algorithm_not_allowed", "key_not_found", "key_mismatch",
}


def run(program, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"assay {shlex.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def documented_command():
    """The arguments after `assay` of the command in data/sample/README.md."""
    text = (FOLDER / "README.md").read_text().replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("assay verify "))
    return shlex.split(line)[1:]


def payload_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def fault_kinds(program):
    """The reasons that mint produces, from its help: "missing_token (missing), ..."."""
    help_text = " ".join(run(program, "mint", "--help").split("Kinds of faults, with short forms:")[1].split())
    return [kind.split()[0] for kind in help_text.split(", ")]


class Sample:
    def __init__(self, program, seed, folder):
        self.program, self.folder = program, folder
        self.random = random.Random(seed)
        self.entries = []
        self.mints = 0
        self.seed = seed

    # --- keys ----------------------------------------------------------------------------------------------------

    def make_key(self, kid, algorithm, hours):
        path = self.folder / (kid + ".pem")
        run(self.program, "keygen", "--algorithm", algorithm, "--kid", kid, "--private", path, "--public",
            self.folder / (kid + ".pub"), "--jwks", self.folder / (kid + ".json"))
        return Key(kid, algorithm, hours, path)

    def write_set(self, keys, path):
        jwks = [json.loads((self.folder / (key.kid + ".json")).read_text())["keys"][0] for key in keys]
        lines = ",\n".join("  " + json.dumps(jwk) for jwk in jwks)
        path.write_text('{"keys": [\n' + lines + "\n]}\n")

    def make_secret(self, path):
        run(self.program, "keygen", "--algorithm", SECRET[1], "--private", path)
        with path.open("a") as file:
            file.write("\n")  # as an editor leaves it; not part of the secret
        path.chmod(0o644)
        return Key(*SECRET, path)

    # --- tokens --------------------------------------------------------------------------------------------------

    def mint(self, key, at, count, *arguments, client=None, subject=None, kid=None, path=None):
        """`count` tokens of iat `at`, each on its line."""
        self.mints += 1
        return run(self.program, "mint", "--key", path or key.path, "--algorithm", key.algorithm, "--kid", kid or key.kid,
                   "--issuer", ISSUER, "--audience", AUDIENCE, "--scope", "read", "--subject", subject or "alice",
                   "--claim", f'client_id="{client or "web"}"', "--expires-in", LIFETIME, "--at", at, "--count", count,
                   "--seed", self.seed + self.mints, *arguments).splitlines()

    def person(self):
        return {"client": self.random.choice(CLIENTS), "subject": self.random.choice(USERS)}

    def moment_in(self, key):
        return FIRST_HOUR + 3600 * self.random.choice(list(key.hours)) + self.random.randrange(3000)

    def good(self, key):
        for hour in key.hours:
            person = self.person()
            at = FIRST_HOUR + 3600 * hour + self.random.randrange(600)
            for token in self.mint(key, at, self.random.randrange(7, 14), **person):
                self.add(at + self.random.randrange(LIFETIME), token, [], key, person)

    def faulty(self, key, kind):
        if kind == "token_too_large" and key.kid != OVERSIZED_KEY:
            return
        count = 1 if kind == "token_too_large" else FAULT_COUNTS.get(kind, 2)
        person, at = self.person(), self.moment_in(key)
        for token in self.mint(key, at, count, "--fault", f"{kind}=1", **person):
            reasons = [kind]
            if kind == "key_not_found" and key.kid == SECRET[0]:
                reasons = []  # the secret has no kid and serves any
            self.add(at + self.random.randrange(600), token, reasons, key, person)

    def attacks(self, key, stranger):
        """Faults of whole requests that no single token shows."""
        person, at = self.person(), self.moment_in(key)
        # A key of the attacker's own under the right kid.
        for token in self.mint(key, at, 2, path=stranger, **person):
            self.add(at + 5, token, ["signature_invalid"], key, person)
        # Everything wrong with the claims at once: all of it is told, the expiry first.
        for token in self.mint(key, at, 2, "--fault", "token_expired=1", "--issuer", "https://elsewhere.example",
                               "--claim", 'aud="https://shop.sample.example"', **person):
            self.add(at + 9, token, ["token_expired", "issuer_mismatch", "audience_mismatch"], key, person)

    def mismatched(self, key, other):
        person, at = self.person(), self.moment_in(key)
        for token in self.mint(key, at, 3, kid=other.kid, **person):
            self.add(at + 7, token, ["key_mismatch"], key, person)

    def replays(self):
        """Good tokens once more: within their life, in its last second, and at the moment that it ends and after."""
        good = [entry for entry in self.entries if not entry.reasons]
        for entry in self.random.sample(good, 40):
            person = {"client": entry.client, "subject": entry.subject}
            life = entry.claims["exp"] - entry.moment
            later = self.random.choice([self.random.randrange(life), life - 1, life, life + 1, life + 7200])
            reasons = [] if later < life else ["token_expired"]
            self.add(entry.moment + later, entry.token, reasons, entry.key, person)

    # --- records -------------------------------------------------------------------------------------------------

    def add(self, moment, token, reasons, key, person):
        if reasons == ["missing_token"]:
            token = ""
        self.entries.append(Entry(moment, self.record(moment, token), reasons, key, token, **person))

    def record(self, moment, token, /, **changes):
        record = {"time": self.time(moment), "token": token, "request_id": f"{self.random.getrandbits(64):016x}",
                  "client_ip": f"203.0.113.{self.random.randrange(1, 255)}"}
        if token and self.random.randrange(5) == 0:
            record["token"] = "Bearer " + token
        return json.dumps({**record, **changes})

    def time(self, moment):
        """`moment`, Unix seconds, in one of the forms in which logs write it."""
        def rfc3339(at, zone):
            hours, minutes = divmod(at // 60 % 1440, 60)
            return f"2026-09-{14 + (at - FIRST_HOUR) // 86400:02}T{hours:02}:{minutes:02}:{at % 60:02}{zone}"
        return self.random.choice([
            moment, moment * 1000, moment * 1000000, moment * 1000000000, str(moment), moment + 0.5,
            rfc3339(moment, "Z"), rfc3339(moment, ".250Z"), rfc3339(moment + 7200, "+02:00"),
        ])

    def broken_records(self, key):
        """Lines that hold no token, no time, or no record."""
        moment = self.moment_in(key)
        token = self.mint(key, moment, 1)[0]
        header_is_read = [("missing_time", self.record(moment, token, time=time)) for time in (None, "", "yesterday", {})]
        no_time = json.loads(self.record(moment, token))
        del no_time["time"]
        header_is_read.append(("missing_time", json.dumps(no_time)))
        no_token = json.loads(self.record(moment, token))
        del no_token["token"]
        header_is_unread = [
            ("missing_token", ""), ("missing_token", json.dumps(no_token)),
            ("missing_token", self.record(moment, token, token=None)), ("missing_token", self.record(moment, "Bearer ")),
            ("malformed_record", self.record(moment, token, token=1042)),
            ("malformed_record", self.record(moment, token, token=[token])),
            ("malformed_record", self.record(moment, token)[:300]), ("missing_time", "[1, 2, 3]"),
            ("missing_time", "2026-09-14 06:25:01 log rotated"), ("missing_time", "null"),
            ("malformed_token", self.record(moment, " " + token)), ("malformed_token", self.record(moment, token + "\n")),
            ("missing_token", self.record(moment, "undefined")),
        ]
        for reason, line in header_is_read + header_is_unread:
            self.entries.append(Entry(self.moment_in(key), line, [reason]))


def complaint(entry, verdict, number):
    """What differs between the order and the verdict, or nothing."""
    expected = {"record": number, "line": number, "valid": not entry.reasons}
    reason = entry.reasons[0] if entry.reasons else None
    if reason is None:
        expected |= {"client_id": entry.client, "subject": entry.subject, "expires_at": entry.claims["exp"],
                     "scopes": ["read"], "claims": entry.claims, "kid": verdict.get("kid")}
    else:
        state = "unchecked" if reason in UNCHECKED else "invalid" if reason == "signature_invalid" else "valid"
        expected |= {"reason": reason, "reasons": entry.reasons, "signature": state}
        # Only a good signature vouches for a client, and broken claims name none.
        vouched = state == "valid" and reason != "malformed_claims"
        expected["client_id"] = entry.client if vouched else None
        if "claims" in verdict or not isinstance(verdict.get("detail"), str):
            return "claims or detail"
    if entry.key and reason not in OTHER_HEADER:
        expected["alg"] = entry.key.algorithm
        if reason is not None:
            expected["kid"] = entry.key.kid
        elif verdict["kid"] != entry.key.kid and not (entry.key.kid == SECRET[0] and
                                                      verdict["kid"].startswith("unknown-")):
            return "kid"
    return next((name for name, value in expected.items() if verdict.get(name) != value), None)


def judge(program, arguments, entries):
    done = subprocess.run([str(program), *arguments, "--quiet"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 1 or done.stderr:
        sys.exit(f"assay {shlex.join(arguments)}: exit code {done.returncode}: {done.stderr.decode()}")
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    if len(verdicts) != len(entries):
        sys.exit(f"{len(entries)} records, {len(verdicts)} verdicts")
    wrong = 0
    for number, (entry, verdict) in enumerate(zip(entries, verdicts), 1):
        if field := complaint(entry, verdict, number):
            wrong += 1
            print(f"record {number}: {field} differs: ordered {entry.reasons or 'accepted'} of "
                  f"{entry.key.kid if entry.key else 'no key'}, verdict {verdict}", file=sys.stderr)
    if wrong:
        sys.exit(f"{wrong} verdicts differ from what was ordered")
    return done.stdout


def make(program, seed, work):
    sample = Sample(program, seed, work)
    old = [sample.make_key(*row) for row in OLD_KEYS]
    current = [sample.make_key(*row) for row in CURRENT_KEYS]
    strangers = {key.kid: sample.make_key("stranger-" + key.kid, key.algorithm, key.hours) for key in old + current}
    sample.write_set(current, work / "jwks.json")
    sample.write_set(old, work / "jwks-old.json")
    secret = sample.make_secret(work / "secret.txt")
    keys = old + current + [secret]
    for key in keys:
        sample.good(key)
    sample.replays()
    for kind in fault_kinds(program):
        for key in keys:
            sample.faulty(key, kind)
    for key in old + current:
        sample.attacks(key, strangers[key.kid].path)
    sample.mismatched(current[2], current[0])  # ES256 under the kid of an RSA key
    sample.broken_records(current[-1])
    sample.entries.sort(key=lambda entry: entry.moment)
    (work / "access.ndjson").write_text("".join(entry.line + "\n" for entry in sample.entries))
    return sample.entries


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/assay")
    parser.add_argument("--seed", type=int, default=20260914)
    options = parser.parse_args()
    command = documented_command()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        entries = make(options.program.resolve(), options.seed, work)
        here = [word.replace("data/sample", str(work)) for word in command]
        (work / "expected.ndjson").write_bytes(judge(options.program.resolve(), here, entries))
        for file in ("jwks.json", "jwks-old.json", "secret.txt", "access.ndjson", "expected.ndjson"):
            shutil.copy(work / file, FOLDER / file)
            os.chmod(FOLDER / file, 0o644)
    accepted = sum(not entry.reasons for entry in entries)
    print(f"{len(entries)} records: {accepted} accepted, {len(entries) - accepted} rejected, every verdict as ordered")


if __name__ == "__main__":
    main()
