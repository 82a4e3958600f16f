"""Audits the logs of a made-up incident and compares every verdict with the truth that make_incident.py tells.

    ASSAY_PROGRAM=build/release/assay python3 incident_test.py [--seed S] [--lines N] [--keep FOLDER]

The keys' windows and the issuers that keys belong to are not given to the program, so the three reasons that need them are
left out of the truth. Prints each difference, and ends with "N faults".
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(os.environ["ASSAY_PROGRAM"])
NEEDS_TRUST = {"key_retired", "key_compromised", "issuer_key_mismatch"}
CUT = {"signature_redacted", "malformed_token"}
SHOWN = 20  # differences


def make(folder, seed, lines):
    subprocess.run([sys.executable, os.path.join(HERE, "make_incident.py"), "--seed", str(seed), "--lines", str(lines),
                    "--out", "incident", "--truth", "truth.json"], cwd=folder, check=True)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        return json.load(file)


def run(folder, truth):
    """Audits the folder of logs into found.ndjson and summary.json."""
    keys = []
    for key in ("www/login/jwks.json", "www/m2m/jwks.json"):
        keys += ["--jwks", "incident/" + key]
    for issuer in truth["issuers"]:
        keys += ["--jwks", "incident/" + issuer["archive"], "--issuer", issuer["iss"]]
    command = [PROGRAM, "audit", *keys, "--audience", truth["audience"], "--algorithm", "RS256", "--algorithm", "ES256",
               "--time-zone", "orders*=+01:00", "--only", "all", "-o", "found.ndjson", "--summary", "summary.json",
               "incident/logs"]
    done = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    if done.returncode != 1:
        sys.exit(f"exit {done.returncode}:\n{done.stderr}")
    return done


def audit(folder, truth):
    """Every verdict of one run over the folder of logs, by file, line and number on the line; and what the run said."""
    done = run(folder, truth)
    found = {}
    twice = []
    with open(os.path.join(folder, "found.ndjson"), encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            place = (os.path.relpath(record["file"], "incident/logs"), record["line"], record["nth"])
            if place in found:
                twice.append(place)
            found[place] = record
    return found, twice, done.stderr


def expected(truth):
    """Place -> row of the truth, for every occurrence that is not good by signature and claims."""
    rows = {}
    for row in truth["bad"]:
        reasons = [reason for reason in row["reasons"] if reason not in NEEDS_TRUST]
        rows[(row["file"], row["line"], row["nth"])] = dict(row, reasons=reasons)
    for row in truth["undecidable"]:
        rows[(row["file"], row["line"], row["nth"])] = dict(row, reasons=[row["reason"]])
    return rows


def milliseconds(time):
    """The truth tells times in whole milliseconds; some logs have microseconds."""
    if time is None:
        return None
    whole, _, fraction = time.rstrip("Z").partition(".")
    return whole, (fraction + "000")[:3]


def faults_of(row, record):
    """What is wrong with the record of an occurrence that the truth has a row for."""
    if record is None:
        yield "missed"
        return
    reasons = record.get("reasons", [])
    both_cut = set(reasons) and set(reasons) <= CUT and set(row["reasons"]) <= CUT
    if reasons != row["reasons"] and not both_cut:
        yield f"reasons {reasons}, truth {row['reasons']}"
    if milliseconds(record.get("judged_at")) != milliseconds(row["time"]):
        yield f"judged_at {record.get('judged_at')!r}, truth {row['time']!r}"
    for field, name in (("client", "client"), ("where", "where")):
        if record.get(name) != row[field]:
            yield f"{name} {record.get(name)!r}, truth {row[field]!r}"
    if row["status"] and "k8s" not in row["file"] and "app/" not in row["file"] and record.get("status") != row["status"]:
        yield f"status {record.get('status')!r}, truth {row['status']!r}"
    if not both_cut and row["ath"] != record.get("ath"):
        yield f"ath {record.get('ath')!r}, truth {row['ath']!r}"


def compare(truth, found):
    faults = []
    rows = expected(truth)
    for place, row in rows.items():
        faults += [(place, fault) for fault in faults_of(row, found.get(place))]
    per_file = collections.Counter(place[0] for place in found)
    for file in truth["files"]:
        if per_file[file["path"]] != file.get("tokens", 0):
            faults.append((file["path"], f"{per_file[file['path']]} tokens, truth {file.get('tokens', 0)}"))
    for place, record in found.items():
        if not record["valid"] and place not in rows:
            faults.append((place, f"false alarm: {record['reasons']}: {record['detail']}"))
    return faults


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--lines", type=int, default=3000)
    arguments.add_argument("--keep", help="make the incident here and leave it there")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-incident-") as private:
        folder = given.keep or private
        truth = make(folder, given.seed, given.lines)
        found, twice, said = audit(folder, truth)
        faults = [(place, "found twice") for place in twice] + compare(truth, found)
    for place, fault in faults[:SHOWN]:
        print(place, fault)
    print(said, end="")
    print(f"seed {given.seed}: {len(found):,} tokens found, truth {truth['totals']['tokens']:,}; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
