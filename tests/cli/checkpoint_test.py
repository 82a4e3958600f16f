"""--checkpoint: runs that are killed and gone on with give what an undisturbed run gives. Run by ctest, or:
ASSAY_PROGRAM=... checkpoint_test.py

KILLS=200 in the environment kills more often than ctest does.
"""
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from support import AT, DEADLINE, PROGRAM, Case

KILLS = int(os.environ.get("KILLS", "6"))
TOKENS = 12_000  # about a second of work


def log_line(i, token):
    at = time.strftime("%d/Sep/2026:%H:%M:%S +0000", time.gmtime(AT + i % 7200))
    return f'192.0.2.{i % 250} - - [{at}] "GET /a?access_token={token}&n={i} HTTP/1.1" 200 1 "-" "curl/8"\n'


class CheckpointCase(Case):
    command = ""

    def setUp(self):
        super().setUp()
        for args in (("keygen", "--algorithm", "ES256", "--kid", "k1", "--private", "key.pem", "--public", "pub.pem",
                      "--jwks", "jwks.json"),
                     ("mint", "--key", "key.pem", "--algorithm", "ES256", "--kid", "k1", "--at", str(AT), "--count", str(TOKENS),
                      "--fault", "expired=0.1", "--fault", "signature_invalid=0.1", "--seed", "7", "-o", "tokens")):
            self.assertEqual(self.assay(*args).returncode, 0)
        self.make_inputs(self.read("tokens").decode().split())

    def arguments(self, *more):
        # OpenSSL alone and no memory make the run long enough to be killed within.
        return [self.command, "--jwks", "jwks.json", "--backend", "openssl", "--no-memo", "--threads", "1", *self.options, *more,
                *self.inputs]

    def outcome(self, output, summary):
        document = json.loads(self.read(summary))
        del document["run"]
        return self.read(output), document

    def assertSame(self, whole, why=""):
        """The output and the summary are those of the undisturbed run."""
        output, summary = self.outcome("out", "out.json")
        self.assertEqual(summary, whole[1], why)
        self.assertTrue(output == whole[0], f"another output {why}")

    def undisturbed(self):
        self.began = time.monotonic()
        done = self.assay(*self.arguments("-o", "whole", "--summary", "whole.json"))
        self.took = time.monotonic() - self.began
        self.assertEqual(done.returncode, 1, done.stderr)
        return self.outcome("whole", "whole.json")

    def begin(self):
        return subprocess.Popen([PROGRAM, *self.arguments("-o", "out", "--summary", "out.json", "--checkpoint", "state")],
                                cwd=self.folder, stderr=subprocess.PIPE, env=self.environment())

    def stopped(self):
        """A run that SIGTERM stopped after its first checkpoint. Returns what it said."""
        process = self.begin()
        try:
            while not os.path.exists(self.path("state")):
                self.assertIsNone(process.poll(), "the run ended before its first checkpoint")
                time.sleep(0.002)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(DEADLINE), 143)
            return process.stderr.read()
        finally:
            process.kill()
            process.wait()
            process.stderr.close()

    def ends(self, process):
        self.addCleanup(process.stderr.close)
        self.assertEqual(process.wait(DEADLINE), 1, process.stderr.read())
        self.assertFalse(os.path.exists(self.path("state")))
        self.assertFalse(os.path.exists(self.path("out.partial")))

    def said(self, stderr):
        """What a run says but for its speed, which is no part of what it found."""
        return [line for line in stderr.decode().splitlines()
                if not line.endswith("/s") and "known from before" not in line and "decided by OpenSSL" not in line]

    def killed_and_gone_on_with(self, number):
        whole = self.undisturbed()
        seed = int(os.environ.get("SEED", "11"))
        dice = random.Random(seed)
        gone_on = 0
        for kill in range(KILLS):
            process = self.begin()
            try:
                process.wait(dice.random() * self.took)
                self.ends(process)
                self.assertSame(whole, f"seed {seed}, kill {kill}")
                os.remove(self.path("out"))
                os.remove(self.path("out.json"))
                continue
            except subprocess.TimeoutExpired:
                process.send_signal(number)
            process.wait(DEADLINE)
            process.stderr.close()
            gone_on += os.path.exists(self.path("state"))
        self.ends(self.begin())
        self.assertSame(whole, f"seed {seed}")
        self.assertGreater(gone_on, 0)


class AuditCheckpoint(CheckpointCase):
    command = "audit"
    options = ("--only", "all")
    inputs = ("logs",)

    def make_inputs(self, tokens):
        os.mkdir(self.path("logs"))
        lines = [log_line(i, token) for i, token in enumerate(tokens)]
        third = len(lines) // 3
        self.write("logs/access.log.2.gz", gzip.compress("".join(lines[:third]).encode()))
        self.write("logs/access.log.1", "".join(lines[third:2 * third]))
        trace = [f"2026-09-21T14:13:20Z WARN x\n\tat y {token}\n" for token in lines[2 * third:]]
        self.write("logs/app.log", "".join(trace))

    def test_a_snapshot_that_changed_is_noticed(self):
        os.mkdir(self.path("archive"))
        shutil.copy(self.path("jwks.json"), self.path("archive/login-2026-09-20.json"))
        self.options = (*self.options, "--jwks", "archive")
        self.assertIn(b"run the same command again to go on", self.stopped())
        end = ("-o", "out", "--summary", "out.json", "--checkpoint", "state")
        self.write("archive/login-2026-09-20.json", self.read("jwks.json") + b"\n")
        self.assertRefused(self.assay(*self.arguments(*end)), "state", "files of keys have changed")
        shutil.copy(self.path("jwks.json"), self.path("archive/login-2026-09-20.json"))
        shutil.copy(self.path("jwks.json"), self.path("archive/login-2026-09-21.json"))  # one more
        self.assertRefused(self.assay(*self.arguments(*end)), "state", "files of keys have changed")
        os.remove(self.path("archive/login-2026-09-21.json"))
        self.ends(self.begin())

    def test_a_killed_audit_is_gone_on_with(self):
        self.killed_and_gone_on_with(signal.SIGKILL)

    def test_a_stopped_audit_says_how_it_goes_on(self):
        whole = self.undisturbed()
        self.assertIn(b"run the same command again to go on", self.stopped())
        self.ends(self.begin())
        self.assertSame(whole)

    def test_a_run_that_went_on_says_what_an_undisturbed_one_says(self):
        # What is only told: trailing garbage, an archive that is cut off, no text, the same text twice.
        first = self.read("logs/app.log")[:5000]
        self.write("logs/access.log.4.gz", gzip.compress(first) + b"garbage")
        self.write("logs/access.log.3.gz", gzip.compress(first[:2000])[:-4])
        self.write("logs/binary", bytes(range(32)) * 64)
        self.write("logs/copy.log", first)
        undisturbed = self.said(self.assay(*self.arguments("-o", "whole")).stderr)
        for part in ("what follows is ignored", "are cut off at byte", "skipped logs/binary", "the same content as", "token_expired"):
            self.assertIn(part, "\n".join(undisturbed))
        # The checkpoint and the verdicts lie in the folder that is read.
        names = os.listdir(self.path("logs"))
        end = ("-o", "logs/out", "--checkpoint", "logs/state")
        process = self.start(*self.arguments(*end))
        while not os.path.exists(self.path("logs/state")):
            self.assertIsNone(process.poll(), "the run ended before its first checkpoint")
            time.sleep(0.002)
        process.kill()
        process.wait(DEADLINE)
        done = self.assay(*self.arguments(*end))
        self.assertEqual(self.said(done.stderr), undisturbed)
        self.assertEqual(sorted(os.listdir(self.path("logs"))), sorted([*names, "out"]))

    def test_a_folder_that_was_copied_is_gone_on_with(self):
        whole = self.undisturbed()
        self.stopped()
        os.rename(self.path("logs"), self.path("moved"))
        shutil.copytree(self.path("moved"), self.path("logs"))
        self.ends(self.begin())
        self.assertSame(whole)


class VerifyCheckpoint(CheckpointCase):
    command = "verify"
    options = ("--at", str(AT + 60))
    inputs = ("a.txt", "b.txt.gz")

    def make_inputs(self, tokens):
        half = len(tokens) // 2
        self.write("a.txt", "\n".join(tokens[:half]) + "\n")
        self.write("b.txt.gz", gzip.compress(("\n".join(tokens[half:])).encode()))

    def test_a_killed_run_is_gone_on_with(self):
        self.killed_and_gone_on_with(signal.SIGKILL)

    def test_another_run_is_refused_with_the_reason(self):
        self.stopped()
        end = ("-o", "out", "--summary", "out.json", "--checkpoint", "state")
        self.assertRefused(self.assay(*self.arguments("--issuer", "https://other.example", *end)), "state", "--issuer differs")
        self.assertRefused(self.assay(*self.arguments(*end)[:-1]), "state", "b.txt.gz is missing")
        saved = self.read("a.txt")
        self.write("a.txt", saved + b"x\n")
        self.assertRefused(self.assay(*self.arguments(*end)), "state", "a.txt has changed")
        self.write("a.txt", saved)
        self.write("jwks.json", self.read("jwks.json") + b"\n")
        self.assertRefused(self.assay(*self.arguments(*end)), "state", "files of keys have changed")
        self.write("state", '{"assay_checkpoint":1')
        self.assertRefused(self.assay(*self.arguments(*end)), "--checkpoint", "state", "not a checkpoint")

    def change(self, name, at, copied):
        """Changes one byte of a file, or of a copy in its place, and puts size and time back."""
        before = os.stat(self.path(name))
        data = bytearray(self.read(name))
        data[at] ^= 1
        if copied:
            os.rename(self.path(name), self.path(name + ".before"))
        with open(self.path(name), "wb" if copied else "r+b") as file:
            file.write(data)
        os.utime(self.path(name), ns=(before.st_atime_ns, before.st_mtime_ns))
        after = os.stat(self.path(name))
        self.assertEqual((before.st_size, before.st_mtime_ns), (after.st_size, after.st_mtime_ns))
        self.assertEqual(before.st_ino == after.st_ino, not copied)

    def resumed(self):
        return self.assay(*self.arguments("-o", "out", "--summary", "out.json", "--checkpoint", "state"))

    def test_a_changed_copy_of_an_input_is_refused(self):
        self.stopped()
        place = json.loads(self.read("state"))["place"]
        self.assertEqual(place[0], 0, "the first input should not be whole yet; it is long enough")
        for at in (0, 40_000, place[1] - 1):
            self.change("a.txt", at, copied=True)
            self.assertRefused(self.resumed(), "state", "content of a.txt has changed", "remove it to begin anew")
            os.rename(self.path("a.txt.before"), self.path("a.txt"))

    def test_any_byte_that_was_changed_in_place_is_noticed(self):
        self.stopped()
        self.change("a.txt", 150_001, copied=False)
        self.assertRefused(self.resumed(), "state", "a.txt has changed, though its size and time are the same")

    def test_what_was_not_read_yet_may_get_other_permissions(self):
        whole = self.undisturbed()
        self.stopped()
        self.assertEqual(json.loads(self.read("state"))["place"][0], 0)
        os.chmod(self.path("b.txt.gz"), 0o640)
        self.ends(self.begin())
        self.assertSame(whole)

    def test_two_runs_cannot_use_one_checkpoint(self):
        first = self.begin()
        self.addCleanup(first.stderr.close)
        while not os.path.exists(self.path("state")):
            self.assertIsNone(first.poll())
            time.sleep(0.002)
        first.send_signal(signal.SIGSTOP)
        try:
            second = self.assay(*self.arguments("-o", "other", "--checkpoint", "state"))
            self.assertRefused(second, "--checkpoint", "state: another run uses it")
        finally:
            first.send_signal(signal.SIGCONT)
        self.assertEqual(first.wait(DEADLINE), 1)
        self.assertFalse(os.path.exists(self.path("state.lock")))
        # What a killed run leaves keeps nobody out; what belongs to somebody else is not taken.
        self.write("state.lock", "")
        self.ends(self.begin())
        self.write("state.lock", "mine")
        self.assertRefused(self.assay(*self.arguments("-o", "other", "--checkpoint", "state")), "state.lock", "move it away")
        self.assertEqual(self.read("state.lock"), b"mine")

    def test_what_cannot_be_gone_on_with_is_refused(self):
        key = ("verify", "--jwks", "jwks.json", "--checkpoint", "state")
        self.assertRefused(self.assay(*key, "-o", "out", stdin=b""), "--checkpoint", "standard input")
        self.assertRefused(self.assay(*key, "a.txt"), "--checkpoint", "standard output")
        self.assertRefused(self.assay(*key, "-o", "out.gz", "a.txt"), "--checkpoint", "out.gz")
        self.assertRefused(self.assay(*key[:-1], "new", "-o", "new", "a.txt"), "new", "one file")
        done = self.assay(*key, "--format", "none", "a.txt", "--at", str(AT + 60))
        self.assertEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
