"""What assay verify reads and writes as files: directories, gzip, zstd. Run by ctest, or: ASSAY_PROGRAM=... sources_test.py"""
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import unittest

from support import AT, Case, b64url, token

NEEDS_ZSTD = unittest.skipUnless(shutil.which("zstd"), "the program zstd is not installed")


def zstd(data, *args):
    return subprocess.run(["zstd", "-q", "-c", *args], input=data, stdout=subprocess.PIPE, check=True).stdout


class Archives(Case):
    GOOD = (token() + "\n").encode()

    def lines_of(self, done):
        return [json.loads(line)["line"] for line in done.stdout.splitlines()]

    def check_reading(self, pack):
        text = self.GOOD * 3000
        self.write("plain", text)
        self.write("packed", pack(text))
        plain = self.verify("plain")
        for done in (self.verify("packed"), self.verify("-", stdin=pack(text)), self.verify(stdin=pack(text)),
                     self.verify("packed", "--threads", "1")):
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual(done.stdout, plain.stdout)

    def test_gzip_is_read_as_text_from_files_and_pipes(self):
        self.check_reading(lambda text: gzip.compress(text))
        self.check_reading(lambda text: gzip.compress(text[:1000]) + gzip.compress(b"") + gzip.compress(text[1000:], 1))

    @NEEDS_ZSTD
    def test_zstd_is_read_as_text_from_files_and_pipes(self):
        self.check_reading(lambda text: zstd(text))
        self.check_reading(lambda text: zstd(text[:1000]) + zstd(text[1000:], "-19", "--long"))

    def test_a_file_of_standard_input_is_read_too(self):
        self.write("packed", gzip.compress(self.GOOD))
        with open(self.path("packed"), "rb") as file:
            done = subprocess.run([os.environ["ASSAY_PROGRAM"], "verify", *self.KEY, "--quiet"], stdin=file, cwd=self.folder,
                                  stdout=subprocess.PIPE, check=True)
        self.assertEqual(self.lines_of(done), [1])

    def test_an_archive_that_is_cut_off_is_told_and_the_others_go_on(self):
        packed = gzip.compress(self.GOOD * 2000)
        self.write("cut.gz", packed[:len(packed) // 2])
        self.write("good", self.GOOD)
        done = self.verify("cut.gz", "good", "-o", "out")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode(), "assay verify: cannot read cut.gz to its end: its gzip data are cut off at byte "
                         f"{len(packed) // 2}; what stands before counts\n")
        verdicts = [json.loads(line) for line in self.read("out").splitlines()]
        self.assertGreater(len(verdicts), 500)
        self.assertTrue(all(verdict["valid"] for verdict in verdicts), "a line that was cut off gives no verdict")
        self.assertEqual((verdicts[-1]["file"], verdicts[-1]["line"]), ("good", 1))

    def test_a_wrong_checksum_is_told(self):
        packed = bytearray(gzip.compress(self.GOOD))
        packed[-8] ^= 1
        self.write("in", bytes(packed))
        done = self.verify("in")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"corrupt at byte {len(packed)}: its checksum does not match", done.stderr.decode())
        self.assertEqual(self.lines_of(done), [1])

    def test_garbage_behind_an_archive_is_a_note(self):
        packed = gzip.compress(self.GOOD)
        self.write("in", packed + b"garbage")
        done = self.verify("in")
        self.assertEqual((done.returncode, self.lines_of(done)), (0, [1]))
        self.assertEqual(done.stderr.decode(),
                         f"assay: in: its gzip data end at byte {len(packed)}; what follows is ignored\n")

    def test_an_archive_of_no_text_is_refused(self):
        tar = subprocess.run(["tar", "-cf", "-", "secret"], cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
        self.write("logs.tar.gz", gzip.compress(tar))
        self.write("logs.tar", tar)
        self.assertRefused(self.verify("logs.tar.gz"), "logs.tar.gz: its gzip data hold a tar archive", "tar -C unpacked -xf logs.tar.gz")
        self.assertRefused(self.verify("logs.tar"), "a tar archive", "unpack it and name the folder: mkdir -p unpacked && tar -C unpacked -xf logs.tar")
        self.assertRefused(self.verify(stdin=gzip.compress(tar)), "standard input: its gzip data hold a tar archive")

    def test_output_is_compressed_by_its_name(self):
        self.write("in", self.GOOD * 1000)
        plain = self.verify("in").stdout
        self.assertEqual(self.verify("in", "-o", "out.gz").returncode, 0)
        self.assertEqual(gzip.decompress(self.read("out.gz")), plain)
        self.assertLess(len(self.read("out.gz")), len(plain) / 5)
        self.assertEqual(self.verify("in", "-o", "none.gz", "--only", "rejected").returncode, 0)
        self.assertEqual(gzip.decompress(self.read("none.gz")), b"")
        first = self.read("out.gz")
        self.verify("in", "-o", "out.gz")
        self.assertEqual(self.read("out.gz"), first)

    @NEEDS_ZSTD
    def test_output_is_compressed_with_zstd(self):
        self.write("in", self.GOOD * 1000)
        self.assertEqual(self.verify("in", "-o", "out.zst", "--format", "csv").returncode, 0)
        self.assertEqual(zstd(self.read("out.zst"), "-d"), self.verify("in", "--format", "csv").stdout)


class Directories(Case):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("logs/sub"))

    def files_of(self, done):
        return [json.loads(line)["file"] for line in done.stdout.splitlines()]

    def test_a_directory_is_read_with_all_below_it_the_oldest_log_first(self):
        for name in ("logs/access.log", "logs/access.log.1", "logs/sub/other", "logs/access.log-20261124"):
            self.write(name, token() + "\n")
        self.write("logs/access.log.2.gz", gzip.compress((token() + "\n").encode()))
        done = self.verify("logs")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(self.files_of(done), ["logs/access.log-20261124", "logs/access.log.2.gz", "logs/access.log.1",
                                               "logs/access.log", "logs/sub/other"])

    def test_the_only_file_of_a_directory_is_named(self):
        self.write("logs/a", token() + "\n")
        self.assertEqual(self.files_of(self.verify("logs")), ["logs/a"])

    def test_an_empty_directory_gives_no_verdict(self):
        done = self.verify("logs")
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_what_is_no_text_is_told_and_skipped(self):
        self.write("logs/a.zip", b"PK\x03\x04rest")
        self.write("logs/b", token() + "\n")
        os.mkfifo(self.path("logs/pipe"))
        os.symlink("..", self.path("logs/sub/loop"))
        done = self.verify("logs")
        self.assertEqual((done.returncode, self.files_of(done)), (0, ["logs/b"]))
        self.assertEqual(done.stderr.decode().splitlines(), [
            "assay: skipped logs/a.zip: it is a zip archive; unpack it and name the folder: unzip -d unpacked logs/a.zip", "assay: skipped logs/pipe: it is a named pipe",
            "assay: skipped logs/sub/loop: this directory is read already, under another name"])

    def test_what_cannot_be_read_is_told_and_the_run_ends_with_2(self):
        self.write("logs/b", token() + "\n")
        os.symlink("vanished", self.path("logs/a"))
        done = self.verify("logs")
        self.assertEqual((done.returncode, self.files_of(done)), (2, ["logs/b"]))
        self.assertEqual(done.stderr.decode(),
                         "assay verify: cannot read logs/a: No such file or directory; check the name\n")

    def test_an_output_in_the_directory_does_not_replace_what_is_read(self):
        self.write("logs/a", token() + "\n")
        self.assertRefused(self.verify("logs", "-o", "logs/a"), "--output", "are one file")
        self.assertEqual(self.verify("logs", "-o", "logs/new").returncode, 0)


class CompressedKeys(Case):
    """Every file that a command reads may be compressed."""

    def setUp(self):
        super().setUp()
        done = self.assay("keygen", "--algorithm", "ES256", "--kid", "k", "--private", "key.pem", "--public", "pub.pem", "--jwks", "jwks.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.assay("mint", "--key", "key.pem", "--algorithm", "ES256", "--kid", "k", "--at", str(AT), "-o", "t").returncode, 0)

    def packed(self, name):
        return self.write(name + ".z", gzip.compress(self.read(name)))

    def judged(self, *args):
        done = self.assay("verify", *args, "--at", str(AT), "t")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    def test_keys_secrets_and_lists(self):
        self.assertTrue(self.judged("--jwks", self.packed("jwks.json"))["valid"])
        self.assertTrue(self.judged("--public-key", self.packed("pub.pem"))["valid"])
        ath = b64url(hashlib.sha256(self.read("t").strip()).digest())
        self.write("revoked", json.dumps({"ath": ath}) + "\n")
        self.assertEqual(self.judged("--jwks", "jwks.json", "--revoked", self.packed("revoked"))["reason"], "token_revoked")
        self.write("static", json.dumps({"a.b.c": {"client_id": "app", "scopes": []}}))
        self.write("t", "a.b.c\n")
        self.assertTrue(self.judged("--static-tokens", self.packed("static"))["valid"])
        self.write("t", token() + "\n")
        self.assertTrue(self.judged("--secret-file", self.packed("secret"))["valid"])

    def test_tokens_for_inspect_and_bench(self):
        done = self.assay("inspect", "--jwks", "jwks.json", "--at", str(AT), stdin=gzip.compress(self.read("t")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"accepted", done.stdout)
        done = self.assay("bench", "--jwks", "jwks.json", "--at", str(AT), "--seconds", "0.01", "--repetitions", "1", "--threads", "1",
                          "--input", self.packed("t"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_broken_or_too_large_is_refused(self):
        packed = gzip.compress(self.read("jwks.json"))
        self.write("cut", packed[:-3])
        self.assertRefused(self.assay("verify", "--jwks", "cut", "t"), "--jwks: cut: its gzip data are cut off at byte", "right file?")
        self.assertRefused(self.assay("inspect", stdin=packed[:-3]), "standard input: its gzip data are cut off")
        # 300 MiB of zeros in 300 KiB.
        bomb = self.write("bomb", gzip.compress(bytes(300 << 20), 9))
        for option in ("--jwks", "--public-key", "--secret-file", "--static-tokens"):
            done = self.assay("verify", option, bomb, "t")
            self.assertRefused_after_notes(done, "bomb: its gzip data hold more than 256 MiB")
        self.assertRefused(self.assay("inspect", stdin=self.read("bomb")), "its gzip data hold more than 64 MiB")

    def assertRefused_after_notes(self, done, part):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(part, done.stderr.decode().splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
