#!/usr/bin/env python3
"""Measures `assay verify` and other libraries that verify JSON Web Tokens: same tokens, same checks, same core, same run.

    bench/rivals/run.py [--assay build/release/assay] [--only NAME,...] [--algorithm ALG,...] [--seconds 1] [--repetitions 3]
                        [--cpu 0] [--output bench/results/DATE-rivals] [--setup]

Installs what is missing and checks that every rival accepts good tokens and rejects bad ones. Then it measures the
rivals, assay and `openssl speed`, in turn and several times, on one pinned core. Writes table.md, raw.json and raw.txt.
README.md says what is measured.
"""
import argparse
import base64
import dataclasses
import datetime
import hmac
import json
import math
import os
import random
import statistics
import sys
import tempfile

from rivals import RIVALS, ROOT, Unavailable

sys.path.insert(0, os.path.join(ROOT, "bench"))
from corpora import AUDIENCE, CLAIMS_BYTES, ISSUER, Log, ROWS, distinct_options, fail, mint, openssl_rate  # noqa: E402
from machine import describe  # noqa: E402

# Tokens in a corpus: many times more than fast-jwt's cache holds, and few enough to sign in seconds.
COUNTS = {"RS256": 20000, "PS256": 20000, "ES256": 50000, "ES384": 20000, "EdDSA": 50000, "HS256": 100000}
REPEATED_RECORDS, REPEATED_DISTINCT = 100000, 1000
CHECKED = 200  # the good tokens that a rival must accept before it is measured
UNABLE = 3  # exit status of a rival that does not know the algorithm
LIMIT = "120"  # the most seconds that a rival may take


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, lines):
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(line + "\n" for line in lines))


def lines_of(path, most=None):
    with open(path, encoding="ascii") as file:
        return [line.rstrip("\n") for _, line in zip(range(most), file)] if most else file.read().splitlines()


def relabelled(token, algorithm, secret):
    """The token with another algorithm in its header: signed with the secret, or not signed if that is None."""
    header = json.dumps({**json.loads(decode(token.split(".")[0])), "alg": algorithm}, separators=(",", ":"))
    signed = f"{encode(header.encode())}.{token.split('.')[1]}"
    if secret is None:
        return signed + "."
    return f"{signed}.{encode(hmac.new(secret, signed.encode(), f'sha{algorithm[2:]}').digest())}"


def bad_tokens(log, assay, corpus, folder):
    """Tokens that every rival must reject, by kind."""
    path = os.path.join(folder, "fault.txt")

    def minted(*options, **changes):
        log.run(corpus.minting(assay, **changes) + ["--count", "10", "-o", path, *options])
        return lines_of(path)

    good = lines_of(corpus.tokens, 3)
    kinds = {f"{fault} (minted)": minted("--fault", f"{fault}=1") for fault in ("signature", "expired", "issuer", "audience", "algorithm")}
    flipped = []
    for token in good:
        head, signature = token.rsplit(".", 1)
        signature = decode(signature)
        for place in (0, len(signature) // 2, len(signature) - 1):
            changed = bytearray(signature)
            changed[place] ^= 1
            flipped.append(f"{head}.{encode(bytes(changed))}")
    kinds["one bit of the signature"] = flipped
    kinds["alg none"] = [relabelled(token, "none", None) for token in good]
    kinds["alg none, signature kept"] = [relabelled(token, "none", None) + token.rsplit(".", 1)[1] for token in good]
    if corpus.algorithm == "HS256":
        kinds["HS384, right secret"] = [relabelled(token, "HS384", secret_of(corpus)) for token in good]
        kinds["another secret"] = [relabelled(token, "HS256", b"another secret of 32 bytes, fixed") for token in good]
    else:
        kinds["HS256, public key as secret"] = [relabelled(token, "HS256", read(corpus.public)) for token in good]
    for algorithm, other in (("RS256", "PS256"), ("PS256", "RS256")):
        if corpus.algorithm == algorithm:
            kinds[f"{other}, right key"] = minted(algorithm=other)
    return kinds


def secret_of(corpus):
    """The bytes of the secret, without the final newline of the file."""
    return read(corpus.key).removesuffix(b"\n")


def zipf(corpus, path):
    """Writes REPEATED_RECORDS tokens, 1 % of them distinct; the k-th has a frequency of 1/k."""
    distinct = lines_of(corpus.tokens, REPEATED_DISTINCT)
    dice = random.Random(1)
    repeated = dice.choices(distinct, [1 / rank for rank in range(1, len(distinct) + 1)], k=REPEATED_RECORDS - len(distinct))
    records = distinct + repeated
    dice.shuffle(records)
    write(path, records)


@dataclasses.dataclass
class Sample:
    by_clock: float  # tokens a second
    by_cpu: float  # tokens a second of CPU time


class Bench:
    """One run, with its options, its log and its folder of corpora."""

    def __init__(self, options, log, folder):
        self.options, self.log, self.folder = options, log, folder
        self.pinned = ["taskset", "-c", options.cpu]

    def rival(self, rival, algorithm, tokens, seconds):
        """The line that the rival printed, as a dictionary; None if it does not know the algorithm."""
        command = self.pinned + ["timeout", LIMIT, *rival.command, algorithm, self.folder, tokens, str(seconds), ISSUER, AUDIENCE]
        status, text, _, _ = self.log.attempt(command, env=rival.environment)
        if status == UNABLE:
            return None
        try:
            said = json.loads(text.splitlines()[-1])
            return said if status == 0 and {"verified", "rejected", "cpu_seconds", "wall_seconds"} <= said.keys() else fail_of(text, status)
        except (IndexError, ValueError):
            return fail_of(text, status)

    def check(self, rival, corpus, good, bad):
        """The fault of the rival in words; "–" if it does not know the algorithm; None if it passes."""
        said = self.rival(rival, corpus.algorithm, good, 0)
        if said is None:
            return "–"
        if "failure" in said:
            return said["failure"]
        if said["rejected"] or said["verified"] != CHECKED:
            return f"rejects {said['rejected']} of {CHECKED} good tokens"
        path = os.path.join(self.folder, "bad.txt")
        write(path, [token for tokens in bad.values() for token in tokens])
        said = self.rival(rival, corpus.algorithm, path, 0)
        if "failure" in said:
            return said["failure"]
        if said["verified"] == 0:
            return None
        accepted = []
        for kind, tokens in bad.items():
            write(path, tokens)
            if self.rival(rival, corpus.algorithm, path, 0).get("verified"):
                accepted.append(kind)
        return "accepts bad tokens: " + "; ".join(accepted)

    def assay(self, corpus, inputs, extra):
        return self.pinned + [self.options.assay, "verify", *corpus.options, "--issuer", ISSUER,
                              "--audience", AUDIENCE, "--threads", "1", "--quiet", *extra, *inputs]

    def check_assay(self, corpus, good, bad):
        self.log.run(self.assay(corpus, [good], ["-o", "/dev/null"]))
        path, verdicts = (os.path.join(self.folder, name) for name in ("bad.txt", "verdicts"))
        write(path, [token for tokens in bad.values() for token in tokens])
        status, _, _, _ = self.log.attempt(self.assay(corpus, [path], ["--only", "accepted", "-o", verdicts]))
        if status != 1 or read(verdicts):
            fail(f"assay accepts bad tokens of {corpus.algorithm}")

    def passes(self, corpus, path, count, extra):
        """(command, tokens): assay, reading the file often enough to fill the time of a sample."""
        extra = [*extra, "--format", "ndjson", "-o", "/dev/null"]
        self.log.run(self.assay(corpus, [path], extra))  # warms the file cache; exit code 0: all were accepted
        seconds = self.log.run(self.assay(corpus, [path], extra))[1]
        times = max(1, math.ceil(self.options.seconds / seconds))
        seconds = self.log.run(self.assay(corpus, [path] * times, extra))[1]  # without the start
        times = max(1, math.ceil(times * self.options.seconds / seconds))
        return self.assay(corpus, [path] * times, extra), times * count

    def algorithm(self, row, rivals):
        """Measures everything with one algorithm."""
        algorithm, speed, _, operation = row
        corpus = mint(self.log, self.options.assay, algorithm, COUNTS[algorithm], self.folder)
        # The files of the key that the rivals read.
        os.replace(corpus.jwks, os.path.join(self.folder, "jwks.json"))
        corpus.jwks = os.path.join(self.folder, "jwks.json")
        if algorithm.startswith("HS"):
            with open(os.path.join(self.folder, "secret"), "wb") as file:
                file.write(secret_of(corpus))
        else:
            os.replace(corpus.public, os.path.join(self.folder, "public.pem"))
            corpus.public = os.path.join(self.folder, "public.pem")
        good, repeated = (os.path.join(self.folder, name) for name in ("good.txt", "repeated.txt"))
        write(good, lines_of(corpus.tokens, CHECKED))
        zipf(corpus, repeated)
        bad = bad_tokens(self.log, self.options.assay, corpus, self.folder)
        self.check_assay(corpus, good, bad)

        refused, runs = {}, {}
        for rival in rivals:
            problem = self.check(rival, corpus, good, bad)
            if problem:
                refused[rival.name] = problem
                if problem != "–":
                    print(f"{algorithm}: {rival.name} is not measured: {problem}")
                continue
            runs[rival.name] = (rival, corpus.tokens)
            if rival.caches:
                runs[f"{rival.name}, repeated"] = (rival, repeated)
        own = {"assay": self.passes(corpus, corpus.tokens, corpus.count, distinct_options(self.options.assay)),
               "assay, repeated": self.passes(corpus, repeated, REPEATED_RECORDS, [])}
        bare = self.pinned + ["openssl", "speed", "-mr", "-seconds", str(max(1, round(self.options.seconds)))] + speed

        samples = {"openssl speed": [], **{name: [] for name in own}, **{name: [] for name in runs}}
        for _ in range(self.options.repetitions):
            rate = openssl_rate(self.log.run(bare)[0])
            samples["openssl speed"].append(Sample(rate, rate))
            for name, (command, count) in own.items():
                status, text, seconds, cpu = self.log.attempt(command)
                if status != 0:
                    fail(f"assay: exit {status}: {text[-500:]}")
                samples[name].append(Sample(count / seconds, count / cpu))
            for name, (rival, tokens) in list(runs.items()):
                said = self.rival(rival, algorithm, tokens, self.options.seconds)
                if "failure" in said or said["rejected"]:
                    refused[name] = said.get("failure") or f"rejects {said['rejected']} good tokens while it is measured"
                    print(f"{algorithm}: {name} is not measured: {refused[name]}")
                    del runs[name], samples[name]
                    continue
                samples[name].append(Sample(said["verified"] / said["wall_seconds"], said["verified"] / said["cpu_seconds"]))
        result = {
            "algorithm": algorithm, "operation": operation, "token_bytes": round(corpus.token_bytes), "tokens": corpus.count,
            "bad_tokens": {kind: len(tokens) for kind, tokens in bad.items()}, "refused": refused,
            "tokens_per_second": {name: round(statistics.median(one.by_clock for one in all)) for name, all in samples.items()},
            "tokens_per_cpu_second": {name: round(statistics.median(one.by_cpu for one in all)) for name, all in samples.items()},
            "samples": {name: [[round(one.by_clock), round(one.by_cpu)] for one in all] for name, all in samples.items()},
        }
        for name, rate in result["tokens_per_second"].items():
            print(f"{algorithm}: {name} {rate:,}/s", flush=True)
        return result


def fail_of(text, status):
    last = (text.strip().splitlines() or ["no output"])[-1]
    return {"failure": f"exit {status}: {last[:200]}"}


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head)] + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def times(multiple):
    return f"{multiple:.1f}" if multiple < 10 else f"{multiple:,.0f}"


def wins(results, rivals):
    """A line for each column in which a rival is faster than assay."""
    lines = []
    for result in results:
        rates = result["tokens_per_second"]
        for suffix, what in (("", "distinct tokens"), (", repeated", "repeated tokens")):
            own = rates["assay" + suffix]
            for rival in rivals:
                rate = rates.get(rival.name + suffix, 0)
                if rate > own:
                    lines.append(f"- {rival.name} is {rate / own:.2f} times as fast as assay on {what} of {result['algorithm']}.\n")
    return lines


def report(machine, options, rivals, left_out, results):
    """The text of table.md."""
    algorithms = [result["algorithm"] for result in results]
    memory = bool(distinct_options(options.assay))

    def cells(name, key, ratio_to=None):
        for result in results:
            if name not in result[key]:
                problem = result["refused"].get(name, "–")
                yield "–" if problem == "–" else "not measured"
            elif ratio_to:
                yield times(result[key][ratio_to] / result[key][name])
            else:
                yield f"{result[key][name]:,}"

    def both(name, own="assay"):
        for rate, ratio in zip(cells(name, "tokens_per_second"), cells(name, "tokens_per_second", own)):
            yield rate if rate in ("–", "not measured") else f"{rate} ({ratio})"

    text = ["# Rivals on one core\n\n",
            "Tokens a second by the clock; in brackets how many times as many assay does. Each verifies the signature and checks exp,\n"
            f"iss and aud. Distinct tokens, claims of about {CLAIMS_BYTES} bytes, one key prepared once, one thread, one core. Median of\n"
            f"{options.repetitions} interleaved runs of {options.seconds:g} s.\n\n",
            table(["", *algorithms], [["**assay**", *cells("assay", "tokens_per_second")],
                                      ["plain OpenSSL, operations/s", *both("openssl speed")],
                                      *[[f"{rival.name} ({rival.language})", *both(rival.name)] for rival in rivals]])]
    nearest = []
    for result in results:
        rates = {rival.name: result["tokens_per_second"].get(rival.name, 0) for rival in rivals}
        name = max(rates, key=rates.get, default=None)
        nearest.append(f"{name}, {times(result['tokens_per_second']['assay'] / rates[name])}" if name and rates[name] else "–")
    text += ["\nThe fastest rival of each algorithm, and assay's multiple of it:\n\n", table(algorithms, [nearest])]

    caching = [rival for rival in rivals if rival.caches]
    text += [f"\n## Repeated tokens\n\n{REPEATED_RECORDS:,} records, {REPEATED_DISTINCT:,} distinct tokens, the k-th as frequent as 1/k (Zipf), "
             "read over and over.\nThe rivals are those that remember verified tokens; their caches hold all of them, and are full before the clock starts.\n"
             f"assay remembers {'by default' if memory else 'nothing in this version'}; its runs start cold.\n\n",
             table(["", *algorithms], [["**assay**", *cells("assay, repeated", "tokens_per_second")],
                                       *[[f"{rival.name} ({rival.language})", *both(f"{rival.name}, repeated", "assay, repeated")] for rival in caching]])]
    text += ["\n## Where a rival wins\n\n",
             *(wins(results, rivals) or ["Nowhere in this run: assay is faster than every rival that is measured here, in every column.\n"])]
    text += ["\n## By CPU time\n\nassay's multiples from CPU time instead of the clock; assay's includes the start of the process.\n\n",
             table(["", *algorithms], [[rival.name, *cells(rival.name, "tokens_per_cpu_second", "assay")] for rival in rivals] +
                   [[f"{rival.name}, repeated tokens", *cells(f"{rival.name}, repeated", "tokens_per_cpu_second", "assay, repeated")] for rival in caching])]
    spreads = [(max(rates) / min(rates) - 1, name, result["algorithm"]) for result in results for name, all in result["samples"].items()
               for rates in [[one[0] for one in all]]]
    waits = [(1 - one[0] / one[1], name, result["algorithm"]) for result in results for name, all in result["samples"].items() for one in all]
    text += ["\n## To judge the figures by\n\n",
             "- assay's figures are of the whole program: process start, keys, reading the file, verdicts as NDJSON with all claims to /dev/null.\n"
             "  The rivals verify strings that are in memory, after a warm-up, and write nothing.\n",
             f"- assay reads its corpus as often as fills {options.seconds:g} s" +
             (", on distinct tokens with --no-memo: it would remember those of the first pass.\n" if memory else ".\n"),
             "- `openssl speed` is the bare operation on one message, by CPU time; for PS256 the bare RSA operation.\n",
             "- Each rival has its key in the most prepared form that its API takes. libjwt and cpp-jwt parse the PEM for each token all the same,\n"
             "  jsonwebtoken makes a verifier of its backend, fastmcp imports the key.\n",
             "- jose is asynchronous: 64 tokens at a time are in flight. All threads of a rival share the one core.\n",
             "- Largest spread of the repetitions, fastest to slowest: "
             f"{max(spreads)[0]:.0%} ({max(spreads)[1]}, {max(spreads)[2]}); assay's: "
             f"{max(one for one in spreads if one[1].startswith('assay'))[0]:.0%}.\n",
             f"- Largest share of the clock that a run did not have the core: {max(waits)[0]:.0%} ({max(waits)[1]}, {max(waits)[2]}).\n"]
    problems = [f"- {result['algorithm']}: {name}: {problem}\n" for result in results for name, problem in result["refused"].items() if problem != "–"]
    kinds = sorted({kind for result in results for kind in result["bad_tokens"]})
    text += [f"\n## What is not measured\n\nBefore the clock starts, each has to accept {CHECKED} good tokens and to reject all bad ones, of these kinds:\n"
             f"{'; '.join(kinds)}.\nA dash: the library does not do the algorithm.\n\n",
             *(problems or ["All that do an algorithm passed.\n"]),
             *[f"- {name} is left out: {why}\n" for name, why in left_out.items()]]
    text += ["\n## Machine and versions\n\n", *[f"- {name}: {value}\n" for name, value in machine.items()],
             *[f"- {rival.name}: {rival.versions}\n" for rival in rivals],
             "\nEach sample is in `raw.json`, what every command printed in `raw.txt`.\n"]
    return "".join(text)


def main():
    known = {row[0]: row for row in ROWS if row[0] in COUNTS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default="build/release/assay")
    parser.add_argument("--only", help="these rivals, separated by commas: " + ", ".join(rival.name for rival in RIVALS))
    parser.add_argument("--algorithm", help="these algorithms, separated by commas: " + ", ".join(known))
    parser.add_argument("--seconds", type=float, default=1, help="time of each run; default 1")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--cpu", default=str(max(os.sched_getaffinity(0))), help="the core; default the last one")
    parser.add_argument("--output", help="folder; default bench/results/DATE-rivals")
    parser.add_argument("--setup", action="store_true", help="install and build the rivals, and measure nothing")
    options = parser.parse_args()
    rivals = [dataclasses.replace(rival) for rival in RIVALS]
    if options.only:
        names = options.only.split(",")
        unknown = set(names) - {rival.name for rival in rivals}
        if unknown:
            fail(f"--only: no rival named {', '.join(sorted(unknown))}")
        rivals = [rival for rival in rivals if rival.name in names]
    algorithms = options.algorithm.split(",") if options.algorithm else list(known)
    if set(algorithms) - set(known):
        fail(f"--algorithm: not measured: {', '.join(sorted(set(algorithms) - set(known)))}")
    if options.seconds <= 0 or options.repetitions < 1:
        fail("--seconds and --repetitions must be above 0")
    os.chdir(ROOT)
    if not options.setup and not os.access(options.assay, os.X_OK):
        fail(f"{options.assay}: no program; build it (cmake --preset release && cmake --build --preset release), or name it with --assay")

    left_out, ready = {}, []
    for rival in rivals:
        try:
            rival.command, rival.versions = rival.setup()
            ready.append(rival)
            print(f"{rival.name}: {rival.versions}", flush=True)
        except Unavailable as error:
            left_out[rival.name] = str(error)
            print(f"{rival.name} is left out: {error}", flush=True)
    if options.setup:
        return 0

    output = options.output or os.path.join("bench", "results", f"{datetime.date.today().isoformat()}-rivals")
    os.makedirs(output, exist_ok=True)
    log = Log(os.path.join(output, "raw.txt"))
    machine = {**describe("bench/rivals/run.py"), "core": options.cpu, "assay": log.run([options.assay, "--version"])[0].strip().splitlines()[0]}
    results = []
    for name in algorithms:
        with tempfile.TemporaryDirectory(prefix="assay-rivals-") as folder:
            results.append(Bench(options, log, folder).algorithm(known[name], ready))
    with open(os.path.join(output, "raw.json"), "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "versions": {rival.name: rival.versions for rival in ready}, "left_out": left_out,
                   "results": results}, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(os.path.join(output, "table.md"), "w", encoding="utf-8") as file:
        file.write(report(machine, options, ready, left_out, results))
    print(f"written: {output}/table.md, raw.json, raw.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
