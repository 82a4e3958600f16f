"""Tests of the program as it was built, and of its manners with files: hardening, the system's own errors, permissions."""
import os
import platform
import re
import resource
import stat
import subprocess
import unittest

from support import AT, BINARY, Case, needs_few_descriptors, token

HARDENED = "link" in os.environ.get("ASSAY_HARDENED", "")  # canaries, landing pads, BIND_NOW
FORTIFIED = "fortify" in os.environ.get("ASSAY_HARDENED", "")  # the checked copies of an optimising build


def binutils(*command):
    return subprocess.run([*command, BINARY], check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


class Hardening(Case):
    def test_the_program_is_position_independent(self):
        self.assertRegex(binutils("readelf", "-hW"), r"Type: +DYN ")

    def test_no_memory_is_writable_and_executable(self):
        segments = re.findall(r"^  (LOAD|GNU_STACK) .* ([R ][W ][E ]) 0x", binutils("readelf", "-lW"), re.M)
        self.assertGreaterEqual(len(segments), 3)  # code, data and the stack
        for name, flags in segments:
            self.assertFalse("W" in flags and "E" in flags, (name, flags))
        self.assertIn("GNU_STACK", [name for name, _ in segments])

    @unittest.skipUnless(HARDENED, "built with ASSAY_HARDEN=OFF")
    def test_the_tables_of_the_linker_are_read_only_before_main(self):
        self.assertIn("GNU_RELRO", binutils("readelf", "-lW"))
        self.assertRegex(binutils("readelf", "-dW"), r"FLAGS_1.*\bNOW\b")

    @unittest.skipUnless(HARDENED, "built with ASSAY_HARDEN=OFF")
    def test_functions_have_canaries(self):
        self.assertIn("__stack_chk_fail", binutils("readelf", "--dyn-syms", "-W"))

    @unittest.skipUnless(FORTIFIED, "a build with sanitizers, for debugging or with ASSAY_HARDEN=OFF")
    def test_copies_are_checked(self):
        self.assertRegex(binutils("readelf", "--dyn-syms", "-W"), r"__(memcpy|snprintf|vsnprintf|read|fprintf|realpath)_chk")

    @unittest.skipUnless(HARDENED, "built with ASSAY_HARDEN=OFF")
    def test_functions_begin_with_landing_pads(self):
        header = binutils("readelf", "-hW")
        objdump, pad = "objdump", "endbr64"
        if "AArch64" in header:
            pad = "(paciasp|bti)"
            if platform.machine() != "aarch64":
                objdump = "aarch64-linux-gnu-objdump"
        elif "X86-64" not in header:
            self.skipTest("built without landing pads for this CPU")
        self.assertRegex(binutils(objdump, "-d", "--no-show-raw-insn", "--disassemble=main"), rf"<main>:\n.*{pad}")


class Memory(Case):
    @unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "a sanitizer takes more memory than any limit here")
    def test_a_run_whose_memory_is_refused_ends_with_one_line(self):
        self.write("log", (token() + "\n") * 2000)
        codes = set()
        for megabytes in (1024, 128, 64, 48, 40, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18):
            def limit():
                resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
            done = self.verify("--threads", "2", "log", preexec_fn=limit)
            if b"shared libraries" in done.stderr or b"terminate called without an active exception" in done.stderr:
                break  # too little even to load the program, or for what libraries do before main()
            with self.subTest(megabytes):
                codes.add(done.returncode)
                if done.returncode == 0:
                    self.assertEqual((done.stdout.count(b'"valid":true'), done.stderr), (2000, b""))
                else:
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
                    self.assertRegex(done.stderr, b"^assay.*(not enough memory|cannot start).*use fewer")
        self.assertEqual(codes, {0, 2})


class SystemErrors(Case):
    def few_descriptors(self, *args):
        return self.assay(*args, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5)))

    def test_the_reason_of_the_system_is_shown(self):
        self.write("log", token() + "\n")
        os.mkdir(self.path("folder"))
        self.write("loop", "")
        os.remove(self.path("loop"))
        os.symlink("loop", self.path("loop"))
        mint = ("mint", "--algorithm", "HS256")
        for args, parts in (
                (("bench", "--compare", "none"), ("--compare none", "No such file or directory")),
                (("bench", "--compare", "loop"), ("--compare loop", "Too many levels of symbolic links")),
                (("bench", "--input", "loop", *self.KEY), ("--input loop", "Too many levels of symbolic links")),
                (("bench", "--input", "folder", *self.KEY), ("--input folder", "Is a directory")),
                (("bench", "--algorithm", "HS256", "--json", "secret/x"), ("secret/x", "Not a directory")),
                ((*mint, "--key", "none"), ("--key none", "No such file or directory")),
                ((*mint, "--key", "folder"), ("--key folder", "Is a directory")),
                ((*mint, "--key", "secret", "-o", "secret/x"), ("secret/x", "Not a directory")),
                ((*mint, "--key", "secret", "-o", "folder"), ("folder", "Is a directory")),
                ((*mint, "--key", "secret", "-o", "/dev/full"), ("/dev/full", "No space left on device")),
                (("keygen", "--algorithm", "HS256", "--private", "no/x"), ("--private: ", "no/x", "No such file or directory")),
                (("keygen", "--algorithm", "ES256", "--private", "p", "--public", "no/x"), ("no/x", "No such file or directory"))):
            with self.subTest(args):
                self.assertRefused(self.assay(*args), "assay " + args[0], *parts)

    @needs_few_descriptors
    def test_too_few_descriptors_are_not_called_a_permission_problem(self):
        self.write("log", token() + "\n")
        for args in (("bench", "--seconds", "0.01", "--input", "log", *self.KEY),
                     ("bench", "--seconds", "0.01", "--tokens", "10", "--algorithm", "HS256", "--json", "x.json")):
            self.assertRefused(self.few_descriptors(*args), "Too many open files")


class Permissions(Case):
    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)

    def test_minted_tokens_are_readable_only_by_their_owner(self):
        mint = ("mint", "--key", "secret", "--algorithm", "HS256", "--at", str(AT))
        for umask in (0o022, 0o000):
            self.assertEqual(self.assay(*mint, "-o", f"new{umask}", umask=umask).returncode, 0)
            self.assertEqual(self.mode(f"new{umask}"), 0o600)
        self.write("old", "")
        os.chmod(self.path("old"), 0o640)
        self.assertEqual(self.assay(*mint, "-o", "old").returncode, 0)
        self.assertEqual(self.mode("old"), 0o640)  # its owner decided


if __name__ == "__main__":
    unittest.main()
