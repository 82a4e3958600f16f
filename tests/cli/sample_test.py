"""The sample log gets the verdicts that stand beside it, by the command that its README shows, and so do the sample logs of
audit.

Run by ctest, or: ASSAY_PROGRAM=build/release/assay tests/cli/sample_test.py
"""
import base64
import hashlib
import json
import os
import shlex
import subprocess
import unittest

from support import DEADLINE, PROGRAM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def documented_command(name="verify"):
    """The words after `assay` of a command in data/sample/README.md."""
    lines = read("data", "sample", "README.md").replace("\\\n", " ").splitlines()
    return shlex.split(next(line for line in lines if line.startswith(f"assay {name} ")))[1:]


def words_of(demo, name):
    """The words of an array of tools/demo.sh."""
    return shlex.split(demo[demo.index(f"{name}=(") + len(name) + 2:].split(")")[0])


def ath(token):
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


class Sample(unittest.TestCase):
    def run_sample(self, *more, **redirected):
        return subprocess.run([PROGRAM, *documented_command(), *more], cwd=ROOT, timeout=DEADLINE,
                              stderr=subprocess.PIPE, check=False, **redirected)

    def test_verdicts_are_the_expected_ones_for_any_number_of_threads(self):
        with open(os.path.join(ROOT, "data", "sample", "expected.ndjson"), "rb") as file:
            expected = file.read()
        for threads in ("1", "2", "4"):
            with self.subTest(threads=threads):
                done = self.run_sample("--quiet", "--threads", threads, stdout=subprocess.PIPE)
                self.assertEqual(done.stderr, b"")
                self.assertEqual(done.returncode, 1)
                # Told by line, since a whole difference would be long.
                for got, wanted in zip(done.stdout.splitlines(), expected.splitlines()):
                    self.assertEqual(got, wanted)
                self.assertTrue(done.stdout == expected, "one is longer")

    def test_the_counts_in_the_readme_are_true(self):
        readme = read("data", "sample", "README.md")
        done = self.run_sample("--format", "none")
        told = done.stderr.decode().splitlines()[0]  # "assay: N records: A accepted, R rejected, ..."
        records, accepted, rejected = (told.split(word)[0].split()[-1] for word in (" records", " accepted", " rejected"))
        self.assertIn(f"{records} records", readme)
        self.assertIn(f"{accepted} accepted, {rejected} rejected", readme)

    def test_the_demo_runs_this_command(self):
        demo = read("tools", "demo.sh")
        self.assertEqual(words_of(demo, "command")[1:], documented_command())
        self.assertEqual(words_of(demo, "audit")[1:], documented_command("audit"))


class SampleLogs(unittest.TestCase):
    def test_every_token_of_the_logs_gets_the_verdict_of_its_request(self):
        expected = {}
        for record, verdict in zip(read("data", "sample", "access.ndjson").splitlines(),
                                   map(json.loads, read("data", "sample", "expected.ndjson").splitlines())):
            if "judged_at" in verdict and verdict.get("reason") not in ("malformed_record", "missing_token"):
                token = json.loads(record)["token"].removeprefix("Bearer ")
                expected[(ath(token), verdict["judged_at"][:19])] = verdict.get("reasons", [])
        done = subprocess.run([PROGRAM, *documented_command("audit"), "--only", "all", "-o", "-"], cwd=ROOT, timeout=DEADLINE,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(findings), 400)
        for finding in findings:
            wanted = expected[(finding["ath"], finding["judged_at"][:19])]
            self.assertEqual(finding.get("reasons", []), wanted, finding)
        self.assertEqual({finding["where"] for finding in findings}, {"query", "authorization", "body", "text"})


if __name__ == "__main__":
    unittest.main()
