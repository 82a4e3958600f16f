#!/usr/bin/env python3
"""Measures the kernels against OpenSSL on one pinned core and in the same run, and draws the results.

    bench/kernels.py [--kernel-bench build/release/kernel_bench] [--hash-bench build/release/hash_bench] [--cpu 1]
                     [--repetitions 5] [--seconds 0.2] [--only P-256] [--output FOLDER] [--note TEXT]
    bench/kernels.py --draw FOLDER      writes table and pictures again, from the folder's raw.json

Each algorithm has a process of its own. In it, OpenSSL and the kernels take turns, repetition by repetition, in random
order. The unit is OpenSSL's fastest API in a prepared context. The results go to bench/results/DATE-lanes/: raw.json
(every repetition), table.md (medians, the spread of the repetitions, ratios and targets), batch.svg (speed over the size
of a call) and keys.svg (speed over the number of keys). Needs only python3 and taskset.
"""
import argparse
import datetime
import json
import math
import os
import re
import shlex
import statistics
import subprocess
import sys

from machine import ROOT, describe

ISAS = ("ifma", "avx512f", "fma", "portable")
ALGORITHMS = ["RSA-2048", "RSA-3072", "RSA-4096", "RSA-2048-PSS", "P-256", "P-384", "P-521", "Ed25519"]
# The least ratio to OpenSSL, with one key and calls of 256. Those of ifma are for two IFMA units, as Intel has. Zen 4 has
# one: RSA comes to 5.2 there, with the unit busy for 97 % of the time.
TARGETS = {
    ("RSA-2048", "ifma"): 7.0, ("RSA-3072", "ifma"): 7.0, ("RSA-4096", "ifma"): 7.0, ("RSA-2048-PSS", "ifma"): 6.0,
    ("P-256", "ifma"): 55, ("P-384", "ifma"): 100, ("P-521", "ifma"): 50, ("Ed25519", "ifma"): 60,
    ("RSA-2048", "fma"): 3.0, ("RSA-3072", "fma"): 3.0, ("RSA-4096", "fma"): 3.0, ("RSA-2048-PSS", "fma"): 2.9,
    ("P-256", "fma"): 27, ("P-384", "fma"): 85, ("P-521", "fma"): 40, ("Ed25519", "fma"): 38,
    ("P-256", "portable"): 4, ("P-384", "portable"): 8, ("Ed25519", "portable"): 4,
}
# The shares of that target that ten keys, and calls of eight tokens, must reach.
TEN_KEYS = 0.85
EIGHT_TOKENS = 0.4
# name, its name in hash_bench, the implementations there with the least ratio of each. A CPU has some of them.
HASHES = [
    ("HMAC-SHA256 of 600 B", "hmac256", {"avx512f+shani": 2.5, "shani+avx": 2.5}),
    ("SHA-256 of 600 B", "sha256", {"avx512f+shani": 2.0, "shani+avx": 2.0}),
    ("SHA-512 of 600 B", "sha512", {"avx512f": 3.5, "fma": 1.6}),
]


def hash_name(hash_function, implementation):
    batch = "" if implementation == "openssl" else "/batch:256"
    return f"kernel/{hash_function}/{implementation}/600{batch}"


COLOURS = {"RSA-2048": "#8a5a00", "RSA-3072": "#b98a2e", "RSA-4096": "#d9b871", "RSA-2048-PSS": "#5f6b00",
           "P-256": "#0b62a4", "P-384": "#1f9e89", "P-521": "#7a3fa0", "Ed25519": "#c2274b"}


def run_bench(options, program, pattern, commands):
    """Items a second of each benchmark, as a list of repetitions; and the counters of the last repetition."""
    command = ["taskset", "-c", str(options.cpu), program, "--benchmark_filter=" + pattern,
               f"--benchmark_repetitions={options.repetitions}", "--benchmark_enable_random_interleaving=true",
               f"--benchmark_min_time={options.seconds * options.repetitions}", "--benchmark_format=json"]
    commands.append(shlex.join(command))
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"kernels.py: exit {done.returncode}: {shlex.join(command)}\n{done.stderr[-2000:]}")
    rates = {}
    for row in json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []:
        if row.get("run_type") == "aggregate":
            continue
        name = row["run_name"]
        if row.get("error_occurred"):
            sys.exit(f"kernels.py: {name}: {row.get('error_message')}")
        entry = rates.setdefault(name, {"items_per_second": []})
        entry["items_per_second"].append(row["items_per_second"])
        for counter in ("table_MiB", "lane_share"):
            if counter in row:
                entry[counter] = row[counter]
    return rates


def machine_of(options):
    machine = describe("bench/kernels.py")
    if options.note:
        machine["note"] = options.note
    return machine


def measure(options, save):
    """Calls `save` with all results so far after each process."""
    commands, rates = [], {}
    machine = machine_of(options)
    for algorithm in ALGORITHMS:
        if options.only and algorithm not in options.only:
            continue
        print(f"{algorithm} ...", file=sys.stderr, flush=True)
        rates.update(run_bench(options, options.kernel_bench, f"^(kernel|backend)/verify/{algorithm}/", commands))
        save({"machine": machine, "commands": commands, "rates": rates})
    if not options.only:
        print("hashes ...", file=sys.stderr, flush=True)
        names = "|".join(re.escape(hash_name(function, one)) for _, function, targets in HASHES for one in ["openssl", *targets])
        rates.update(run_bench(options, options.hash_bench, f"^({names})$", commands))
    return {"machine": machine, "commands": commands, "rates": rates}


class Rates:
    """Medians by name."""

    def __init__(self, raw):
        self.rates = raw["rates"]

    def median(self, name):
        return statistics.median(self.rates[name]["items_per_second"]) if name in self.rates else None

    def best(self, name):
        return max(self.rates[name]["items_per_second"]) if name in self.rates else None

    def spread(self, name):
        values = self.rates[name]["items_per_second"]
        return (max(values) - min(values)) / statistics.median(values)

    def ratio(self, name, unit):
        mine, other = self.median(name), self.median(unit)
        return mine / other if mine and other else None

    def series(self, prefix, unit, position):
        """(number at `position` in the name, items a second, ratio to the unit) of the names that begin with the prefix."""
        rows = []
        for name in self.rates:
            if name.startswith(prefix):
                rows.append((int(name.split("/")[position]), self.median(name), self.ratio(name, unit)))
        return sorted(rows)


def kernel_name(algorithm, isa, batch, keys):
    return f"kernel/verify/{algorithm}/{isa}/{batch}/{keys}"


def verdict(ratio, target):
    if ratio is None or target is None:
        return ""
    return "reached" if ratio >= target else f"missed by {100 * (1 - ratio / target):.0f} %"


def cell(ratio):
    return "" if ratio is None else f"{ratio:.2f}" if ratio < 20 else f"{ratio:.1f}"


def write_table(raw, path):
    rates = Rates(raw)
    lines = ["# The kernels against OpenSSL", "",
             "One core. From digest (EdDSA: from a message of 600 bytes) to verdict, tables at hand (13 bits a key, 16 the",
             "generator); OpenSSL: EVP_PKEY_verify in a prepared context, EdDSA EVP_DigestVerify in a reused one. Medians of",
             "interleaved repetitions, by CPU time; ± is their range, largest less smallest over the median. Ratios of one run",
             "compare; speeds of different machines do not.", "",
             "| one hot key, calls of 256 | OpenSSL, 1/s | kernel, 1/s | ratio | at best | at least | |", "|---|---|---|---|---|---|---|"]
    for isa in ISAS:
        for algorithm in ALGORITHMS:
            name, unit = kernel_name(algorithm, isa, 256, 1), kernel_name(algorithm, "openssl", 1, 1)
            if rates.median(name) is None or rates.median(unit) is None:
                continue
            ratio, target = rates.ratio(name, unit), TARGETS.get((algorithm, isa))
            lines.append(f"| {algorithm}, {isa} | {rates.median(unit):,.0f} ± {100 * rates.spread(unit):.0f} % | "
                         f"{rates.median(name):,.0f} ± {100 * rates.spread(name):.0f} % | {cell(ratio)} | "
                         f"{cell(rates.best(name) / rates.best(unit))} | {target or ''} | {verdict(ratio, target)} |")
    for what, isa, unit, name, target in ((what, one, hash_name(function, "openssl"), hash_name(function, one), target)
                                          for what, function, targets in HASHES for one, target in targets.items()):
        if rates.median(name) is None or rates.median(unit) is None:
            continue
        ratio = rates.ratio(name, unit)
        lines.append(f"| {what}, {isa} | {rates.median(unit):,.0f} ± {100 * rates.spread(unit):.0f} % | "
                     f"{rates.median(name):,.0f} ± {100 * rates.spread(name):.0f} % | {cell(ratio)} | "
                     f"{cell(rates.best(name) / rates.best(unit))} | {target} | {verdict(ratio, target)} |")
    lines += ["", f"Ten hot keys must keep {TEN_KEYS} of what one key must reach, calls of 8 tokens {EIGHT_TOKENS}.", "",
              "| ratio to OpenSSL | 10 keys, 256 | at least | | 10 keys, 512 | 1 key, 8 | at least | | 10 keys, 8 | 1 key, 1 |",
              "|---|---|---|---|---|---|---|---|---|---|"]
    for isa in ISAS:
        for algorithm in ALGORITHMS:
            unit, target = kernel_name(algorithm, "openssl", 1, 1), TARGETS.get((algorithm, isa))
            ten, eight = (rates.ratio(kernel_name(algorithm, isa, *size), unit) for size in ((256, 10), (8, 1)))
            if ten is None or eight is None:
                continue
            ten_target, eight_target = (target and target * share for share in (TEN_KEYS, EIGHT_TOKENS))
            more = (rates.ratio(kernel_name(algorithm, isa, *size), unit) for size in ((512, 10), (8, 10), (1, 1)))
            long_ten, eight_ten, lone = more
            lines.append(f"| {algorithm}, {isa} | {cell(ten)} | {cell(ten_target)} | {verdict(ten, ten_target)} | {cell(long_ten)} | "
                         f"{cell(eight)} | {cell(eight_target)} | {verdict(eight, eight_target)} | {cell(eight_ten)} | {cell(lone)} |")
    lines += ["", "The whole backend from message to verdict, calls of 512, tables by temperature within 256 MiB; tokens a second,",
              "and in brackets the ratio to the OpenSSL backend with as many keys, the memory of the tables and the share of",
              "tokens since the start, the cold ones included, that the lanes decided.", "",
              "| | keys | openssl | " + " | ".join(ISAS) + " |", "|---|---|---|" + "---|" * len(ISAS)]
    for algorithm in ALGORITHMS:
        for keys, openssl, _ in rates.series(f"backend/verify/{algorithm}/openssl/", "", 5):
            cells = []
            for isa in ISAS:
                name = f"backend/verify/{algorithm}/{isa}/512/{keys}"
                entry = rates.rates.get(name)
                cells.append("" if entry is None else f"{rates.median(name):,.0f} ({cell(rates.median(name) / openssl)}; "
                             f"{entry.get('table_MiB', 0):.0f} MiB; {100 * entry.get('lane_share', 0):.0f} %)")
            lines.append(f"| {algorithm} | {keys:,} | {openssl:,.0f} | " + " | ".join(cells) + " |")
    lines += [""] + [f"- {key}: {value}" for key, value in raw["machine"].items()]
    lines += ["", "Commands:", "", "```"] + raw["commands"] + ["```", ""]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


# ---- Pictures

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 820, 480, 70, 64, 150, 60


def power_label(value):
    return f"{value:g}" if value < 1000 else f"{value / 1000:g},000"


class Picture:
    """A picture of lines on two logarithmic axes, with each line's name at its end."""

    def __init__(self, title, subtitle, x_title, y_title, xs, ys):
        self.xs, self.ys = (math.log(xs[0]), math.log(xs[-1])), (math.log(ys[0]), math.log(ys[-1]))
        text = 'font-family="Helvetica, Arial, sans-serif" fill="#222222"'
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{title}</title>", f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="26" font-size="17" font-weight="bold" {text}>{title}</text>',
            f'<text x="{LEFT}" y="46" font-size="13" {text}>{subtitle}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" font-size="14" text-anchor="middle" {text}>{x_title}</text>',
            f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" font-size="14" text-anchor="middle" {text}>{y_title}</text>',
        ]
        for value in xs:
            x = self.x(value)
            self.parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>')
            self.parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" font-size="13" text-anchor="middle" {text}>{power_label(value)}</text>')
        for value in ys:
            y = self.y(value)
            self.parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{"#777777" if value == 1 else "#e4e4e4"}"/>')
            self.parts.append(f'<text x="{LEFT - 8}" y="{y + 4.5:.1f}" font-size="13" text-anchor="end" {text}>{power_label(value)}</text>')
        self.labels = []

    def x(self, value):
        return LEFT + (math.log(value) - self.xs[0]) / (self.xs[1] - self.xs[0]) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - (math.log(value) - self.ys[0]) / (self.ys[1] - self.ys[0]) * (HEIGHT - TOP - BOTTOM)

    def line(self, label, colour, points, dashed=False):
        if not points:
            return
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"{dash}/>')
        if not dashed:
            self.parts += [f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
        self.labels.append([self.y(points[-1][1]), self.x(points[-1][0]), label, colour])

    def text(self):
        # Labels that would overlap are moved apart.
        self.labels.sort()
        for before, label in zip(self.labels, self.labels[1:]):
            label[0] = max(label[0], before[0] + 15)
        for y, x, label, colour in self.labels:
            self.parts.append(f'<text x="{x + 8:.1f}" y="{y + 4.5:.1f}" font-size="13" font-family="Helvetica, Arial, sans-serif" fill="{colour}">{label}</text>')
        return "\n".join(self.parts + ["</svg>", ""])


def decades(values):
    """1, 2, 5, 10, ... around the values."""
    low, high = min(values), max(values)
    steps = [m * 10.0 ** e for e in range(-3, 7) for m in (1, 2, 5)]
    below = max((s for s in steps if s <= low), default=steps[0])
    above = min((s for s in steps if s >= high), default=steps[-1])
    return [s for s in steps if below <= s <= above]


def draw(raw, folder):
    rates = Rates(raw)
    machine = raw["machine"]
    where = f"one core, {machine['cpu']}, {machine['date'][:10]}"

    lines = []
    for algorithm in ALGORITHMS:
        unit = kernel_name(algorithm, "openssl", 1, 1)
        for isa in ISAS:
            points = [(int(name.split("/")[4]), rates.ratio(name, unit)) for name in rates.rates
                      if name.startswith(f"kernel/verify/{algorithm}/{isa}/") and name.endswith("/1")]
            points = sorted((x, y) for x, y in points if y)
            if points:
                lines.append((algorithm if isa == "ifma" else f"{algorithm}, {isa}", COLOURS[algorithm], points, isa != "ifma"))
    if lines:
        values = [y for _, _, points, _ in lines for _, y in points] + [1]
        sizes = sorted({x for _, _, points, _ in lines for x, _ in points})
        picture = Picture("Signatures verified together, against OpenSSL one by one",
                          f"One hot key, tables at hand; {where}.", "signatures in a call", "times OpenSSL", sizes, decades(values))
        for line in lines:
            picture.line(*line)
        with open(os.path.join(folder, "batch.svg"), "w", encoding="utf-8") as file:
            file.write(picture.text())

    lines = []
    for algorithm in ALGORITHMS:
        openssl = {keys: rate for keys, rate, _ in rates.series(f"backend/verify/{algorithm}/openssl/", "", 5)}
        if len(openssl) < 3:
            continue
        for isa in ISAS:
            points = [(keys, rate / openssl[keys]) for keys, rate, _ in rates.series(f"backend/verify/{algorithm}/{isa}/", "", 5) if keys in openssl]
            if points:
                lines.append((algorithm if isa == "ifma" else f"{algorithm}, {isa}", COLOURS[algorithm], points, isa != "ifma"))
    if lines:
        values = [y for _, _, points, _ in lines for _, y in points] + [1]
        counts = sorted({x for _, _, points, _ in lines for x, _ in points})
        picture = Picture("The same when many keys take turns",
                          f"From message to verdict, calls of 512, tables within 256 MiB; {where}.", "keys in rotation",
                          "times OpenSSL with as many keys", counts, decades(values))
        for line in lines:
            picture.line(*line)
        with open(os.path.join(folder, "keys.svg"), "w", encoding="utf-8") as file:
            file.write(picture.text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel-bench", default=os.path.join(ROOT, "build/release/kernel_bench"))
    parser.add_argument("--hash-bench", default=os.path.join(ROOT, "build/release/hash_bench"))
    parser.add_argument("--cpu", default="1", help="the core")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="time of each repetition of each benchmark")
    parser.add_argument("--only", action="append", choices=ALGORITHMS)
    parser.add_argument("--output", help="folder; default bench/results/DATE-lanes")
    parser.add_argument("--note", help="a line for the record, such as what else ran on the machine")
    parser.add_argument("--draw", metavar="FOLDER", help="measure nothing; write table and pictures of this folder again")
    options = parser.parse_args()
    folder = options.draw or options.output or os.path.join(ROOT, "bench", "results", datetime.date.today().isoformat() + "-lanes")
    path = os.path.join(folder, "raw.json")
    if options.draw:
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)
    else:
        os.makedirs(folder, exist_ok=True)

        def save(raw):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(raw, file, indent=1)
                file.write("\n")

        raw = measure(options, save)
        save(raw)
    write_table(raw, os.path.join(folder, "table.md"))
    draw(raw, folder)
    with open(os.path.join(folder, "table.md"), encoding="utf-8") as file:
        print(file.read())


if __name__ == "__main__":
    main()
