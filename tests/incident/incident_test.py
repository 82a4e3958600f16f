"""Audits the logs of a made-up incident and compares every verdict with the truth that make_incident.py tells.

    ASSAY_PROGRAM=build/release/assay python3 incident_test.py [--seed S] [--lines N] [--keep FOLDER]

The trust file of the run says what keys.json says: which issuer has which keys, and from when to when they count. Prints each
difference, and ends with "N faults".
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
# The order in which reasons are decided. make_incident.py lists issuer_key_mismatch last.
ORDER = ["signature_redacted", "malformed_token", "algorithm_not_allowed", "key_not_found", "signature_invalid", "token_expired",
         "token_not_yet_valid", "issuer_mismatch", "issuer_key_mismatch", "audience_mismatch", "key_retired", "key_compromised"]
CUT = {"signature_redacted", "malformed_token"}
SHOWN = 20  # differences


def make(folder, seed, lines):
    subprocess.run([sys.executable, os.path.join(HERE, "make_incident.py"), "--seed", str(seed), "--lines", str(lines),
                    "--out", "incident", "--truth", "truth.json"], cwd=folder, check=True)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        return json.load(file)


def write_trust_file(folder, truth):
    """What the incident team knows, as a trust file beside the issuers' key sets of today and of the first day."""
    with open(os.path.join(folder, "incident", "keys.json"), encoding="utf-8") as file:
        keys = json.load(file)
    lines = [f'audiences = ["{truth["audience"]}"]']
    for issuer in truth["issuers"]:
        today = "www" + issuer["jwks_path"]
        lines += ["", "[[issuer]]", f'name = "{issuer["iss"]}"', f'jwks = ["{today}", "{issuer["archive"]}"]',
                  f'algorithms = ["{issuer["alg"]}"]']
        for key in keys:
            borders = [(name, key[name]) for name in ("retired_at", "compromised_at") if key[name]]
            if key["issuer"] == issuer["iss"] and borders:
                lines += ["", "  [[issuer.key]]", f'  kid = "{key["kid"]}"', *(f"  {name} = {time}" for name, time in borders)]
    with open(os.path.join(folder, "incident", "assay.toml"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def run(folder, truth):
    """Audits the folder of logs into found.ndjson and summary.json."""
    write_trust_file(folder, truth)
    command = [PROGRAM, "audit", "--config", "incident/assay.toml", "--time-zone", "orders*=+01:00", "--only", "all",
               "-o", "found.ndjson", "--summary", "summary.json", "incident/logs"]
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
    """Place -> row of the truth, for every occurrence that is not good."""
    rows = {}
    for row in truth["bad"]:
        reasons = sorted(row["reasons"], key=ORDER.index)
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
    if not both_cut and record.get("reason") != row["reasons"][0]:
        yield f"reason {record.get('reason')!r}, truth {row['reasons'][0]!r}"
    if record["valid"] is not False:
        yield "is accepted"
    if "served" in row and "served" in record and record["served"] != row["served"]:
        yield f"served {record['served']!r}, truth {row['served']!r}"
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


def without_runs(document):
    return {name: value for name, value in document.items() if name not in ("run", "runs")}


def compare_summary(truth, summary):
    """What is wrong with the summary of the whole."""
    totals, faults = truth["totals"], []

    def expect(name, found, wanted):
        if found != wanted:
            faults.append(("summary", f"{name}: {found!r}, truth {wanted!r}"))

    expect("accepted", summary["accepted"], totals["good"])
    expect("rejected", summary["rejected"], totals["bad"] + totals["undecidable"])
    expect("records of files", sum(file["tokens"] for file in summary["files"]), totals["tokens"])
    lines = {os.path.relpath(file["path"], "incident/logs"): file["lines"] for file in summary["files"]}
    expect("lines", lines, {file["path"]: file["lines"] for file in truth["files"]})
    for reason, row in truth["by_reason"].items():
        found = summary["reasons"].get(reason, {})
        expect(f"{reason}, held", found.get("held"), row["requests"])
    replays = {row["ath"]: (row["uses"], {client: uses["uses"] for client, uses in row["clients"].items()})
               for row in summary["replays"]["tokens"]}
    # The addresses of a token that has more than 16 are cut.
    expect("replays", replays, {row["ath"]: (row["requests"], dict(list(row["clients"].items())[:16])) for row in truth["replayed"]})
    compromised = {row["kid"]: row for row in summary["compromised"]}
    for key in truth["keys"]:
        if key["compromised_at"] is None:
            continue
        uses = [row for row in truth["bad"] if "key_compromised" in row["reasons"] and row["kid"] == key["kid"]]
        split = compromised[key["kid"]]
        parts = {part: split[part]["uses"] for part in ("seen_before", "first_inside", "cannot_be_told")}
        expect("uses of the compromised key", sum(parts.values()), len(uses))
        expect("uses that cannot be told", parts["cannot_be_told"], 0)
        forged = sum(row["forged"] for row in uses)
        if parts["first_inside"] < forged:
            faults.append(("summary", f"{parts['first_inside']} uses first seen inside the window; {forged} were forged"))
    return faults


def compare_parts(folder, summary):
    """What is wrong with the sum of the summaries of each file by itself."""
    parts = []
    for number, file in enumerate(summary["files"]):
        parts.append(f"part{number}.json")
        zone = ["--time-zone", "orders*=+01:00"] if "orders" in file["path"] else []
        subprocess.run([PROGRAM, "audit", "--config", "incident/assay.toml", *zone, "--quiet", "--summary", parts[-1],
                        file["path"]], cwd=folder, stderr=subprocess.PIPE)
    for order in (parts, parts[::-1]):
        subprocess.run([PROGRAM, "report", *order, "-o", "sum.json"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "sum.json"), encoding="utf-8") as file:
            added = without_runs(json.load(file))
        whole = without_runs(summary)
        for name in whole:
            if added.get(name) != whole[name]:
                yield "sum of parts", f"{name}: {str(added.get(name))[:300]}, whole {str(whole[name])[:300]}"


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
        with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        faults = [(place, "found twice") for place in twice] + compare(truth, found) + compare_summary(truth, summary)
        faults += compare_parts(folder, summary)
    for place, fault in faults[:SHOWN]:
        print(place, fault)
    print(said, end="")
    print(f"seed {given.seed}: {len(found):,} tokens found, truth {truth['totals']['tokens']:,}; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
