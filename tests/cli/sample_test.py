"""The sample log gets the verdicts that stand beside it, by the command that its README shows.

Run by ctest, or: ASSAY_PROGRAM=build/release/assay tests/cli/sample_test.py
"""
import os
import shlex
import subprocess
import unittest

from support import DEADLINE, PROGRAM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def documented_command():
    """The words after `assay` of the command in data/sample/README.md."""
    lines = read("data", "sample", "README.md").replace("\\\n", " ").splitlines()
    return shlex.split(next(line for line in lines if line.startswith("assay verify ")))[1:]


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
        words = shlex.split(demo[demo.index("command=(") + len("command=("):].split(")")[0])
        self.assertEqual(words[1:], documented_command())


if __name__ == "__main__":
    unittest.main()
