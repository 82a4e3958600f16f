"""Tests of what inspect says about its input, the keys that it tried, and secrets in another form."""
import base64
import json
import os
import pty
import select
import subprocess
import unittest

from support import AT, DEADLINE, PROGRAM, SECRET, Case, b64url, compact, token

TEXT = b"thirteen black horses, under a red moon"
BINARY = bytes(range(200, 248))


class Waiting(Case):
    def said_on_a_terminal(self, *args):
        """What the program says on stderr before it was given anything."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen([PROGRAM, *args], cwd=self.folder, env=self.environment(), stdin=terminal,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(terminal)
        try:
            ready, _, _ = select.select([process.stderr], [], [], DEADLINE)
            return process.stderr.readline() if ready else b""
        finally:
            os.close(controller)  # hangs up, which ends the input
            process.kill()
            process.wait(DEADLINE)
            process.stderr.close()

    def test_inspect_says_that_it_waits_for_a_terminal(self):
        said = self.said_on_a_terminal("inspect").decode()
        self.assertEqual(said, "assay: waiting for a token on standard input; end it with Ctrl-D, or stop with Ctrl-C\n")

    def test_pipes_and_arguments_are_not_waited_for(self):
        self.assertEqual(self.assay("inspect", stdin=token()).stderr, b"")
        self.assertEqual(self.assay("inspect", token()).stderr, b"")

    def test_of_a_file_of_tokens_the_first_is_explained(self):
        done = self.assay("inspect", *self.KEY, stdin=token(sub="first") + "\n" + token(sub="second") + "\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b'"first"', done.stdout)
        self.assertEqual(done.stderr, b"assay: standard input holds 2 tokens and the first is explained; for the second: "
                                      b"sed -n 2p FILE | assay inspect\n")


class FileAsToken(Case):
    def test_the_name_of_a_file_is_not_taken_for_a_token(self):
        for name, shown in (("tokens.txt", "tokens.txt"), ("a.b.c", "a.b.c"), ("it's mine", "'it'\\''s mine'"), ("token", "token")):
            self.write(name, token() + "\n")
            for keys in ((), self.KEY):
                self.assertRefused(self.assay("inspect", *keys, name),
                                   f"assay inspect: '{name}' is a file, not a token", f"assay inspect < {shown}")

    def test_what_is_no_file_is_explained_as_a_token(self):
        os.mkdir(self.path("folder"))
        for word in ("folder", "missing.txt", ".", "x.y.z"):
            done = self.assay("inspect", word)
            self.assertEqual((done.returncode, done.stderr), (1, b""), word)
        self.write(token()[:200], "")  # a token's beginning may be the name of a file
        self.assertEqual(self.assay("inspect", token()).returncode, 1)

    def test_an_opaque_token_of_the_table_may_be_called_as_a_file_is(self):
        self.write("dev", "")
        self.write("static.json", compact({"dev": {"client_id": "c"}}))
        self.assertEqual(self.assay("inspect", "--static-tokens", "static.json", "dev").returncode, 0)


class TriedKeys(Case):
    def tried(self, *args, text):
        done = self.assay("inspect", "--at", str(AT), *args, stdin=text)
        self.assertEqual(done.returncode, 1, done.stderr)
        return [line.strip() for line in done.stdout.decode().splitlines() if line.strip().startswith("tried: ")]

    def minted(self, algorithm, *args):
        self.assertEqual(self.assay("keygen", "--algorithm", algorithm, "--private", "other.pem", "--public", "other.pub",
                                    "--force").returncode, 0)
        return self.assay("mint", "--key", "other.pem", "--algorithm", algorithm, *args).stdout

    def test_keys_are_named_by_kid_type_and_size(self):
        for algorithm, words in (("RS256", "RSA key 'k1' of 2048 bits"), ("ES384", "P-384 key 'k1'"), ("EdDSA", "Ed25519 key 'k1'")):
            self.assay("keygen", "--algorithm", algorithm, "--private", "k.pem", "--public", "k.pub", "--jwks", "k.json",
                       "--kid", "k1", "--force")
            self.assertEqual(self.tried("--jwks", "k.json", text=self.minted(algorithm, "--kid", "k1")), ["tried: " + words])
            self.assertEqual(self.tried("--public-key", "k.pub", text=self.minted(algorithm)), ["tried: " + words.replace(" 'k1'", "")])

    def test_all_keys_that_share_a_kid_are_named(self):
        self.write("two.json", compact({"keys": [{"kty": "oct", "kid": "a", "k": b64url(bytes([i]) * 40)} for i in (1, 2)]}))
        (line,) = self.tried("--jwks", "two.json", text=token({"alg": "HS256", "kid": "a"}))
        self.assertEqual(line, "tried: secret 'a' of 40 bytes, secret 'a' of 40 bytes")

    def test_nothing_is_said_to_be_tried_if_the_signature_is_valid(self):
        self.assertEqual(self.tried(*self.KEY, text=token(exp=AT - 1)), [])


class CodedSecrets(Case):
    """A secret file that holds its secret in another form: what inspect and verify say makes the token pass."""

    def advice(self, data, secret, name="file.txt"):
        """The advice, the same from inspect and verify, or None."""
        self.write(name, data)
        text = token(secret=secret)
        shown = self.assay("inspect", "--secret-file", name, "--at", str(AT), stdin=text)
        told = self.assay("verify", "--secret-file", name, "--at", str(AT), "--quiet", stdin=(text + "\n") * 3)
        self.assertEqual((shown.returncode, told.returncode), (1, 1), (shown.stderr, told.stderr))
        (line,) = [line.split("would pass: ")[1] for line in shown.stdout.decode().splitlines() if "would pass: " in line]
        if line.startswith("give the key"):
            self.assertEqual(told.stderr, b"")
            self.assertIn(b"no reading fits", shown.stdout)
            return None
        self.assertEqual(told.stderr.decode(), f"assay: {name}: tokens fail with signature_invalid because {line}\n")
        for known in (secret, data if isinstance(data, bytes) else data.encode()):
            self.assertNotIn(known.strip(), told.stderr + shown.stdout)
        return line

    def assertMends(self, data, secret, starts, name="file.txt"):
        """The command of the advice makes a file with which the token passes; so does its flag."""
        advice = self.advice(data, secret, name)
        self.assertIsNotNone(advice, data)
        self.assertTrue(advice.startswith(starts), advice)
        command, _, flag = advice.split("; run ", 1)[1].partition(", or give --")
        made = command.rsplit(" > ", 1)[1]
        self.assertNotEqual(made, name)
        done = subprocess.run(["bash", "-c", "set -o pipefail; " + command], cwd=self.folder, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""), command)
        check = ["--at", str(AT), "--quiet"]
        self.assertEqual(self.assay("verify", "--secret-file", made, *check, stdin=token(secret=secret)).returncode, 0, command)
        if flag:
            done = self.assay("verify", "--secret-file", name, *("--" + flag).split(), *check, stdin=token(secret=secret))
            self.assertEqual((done.returncode, done.stderr), (0, b""), flag)
        os.remove(self.path(made))

    def test_base64_in_every_dress(self):
        for secret in (TEXT, BINARY, BINARY[:-1], BINARY[:-2], TEXT + b"\n"):
            plain = base64.b64encode(secret)
            url = base64.urlsafe_b64encode(secret)
            wrapped = plain[:40] + b"\n" + plain[40:] + b"\n"
            for data in (plain, plain + b"\n", plain.rstrip(b"=") + b"\n", url, url.rstrip(b"="), wrapped, wrapped.replace(b"\n", b"\r\n"),
                         b"  " + plain + b" \n"):
                with self.subTest(data):
                    self.assertMends(data, secret, "the file is base64 of the secret")

    def test_a_line_break_that_was_coded_too_is_taken_off_by_the_command_and_not_by_the_flag(self):
        coded = base64.b64encode(TEXT + b"\n")
        self.assertEqual(self.advice(coded, TEXT), "the file is base64 of the secret; run base64 -d file.txt > secret.bin")
        self.assertMends(coded, TEXT, "the file is base64 of the secret")

    def test_a_short_secret_is_said_to_be_short(self):
        short = bytes(range(16))
        self.assertTrue(self.advice(short.hex(), short).endswith("; it has 16 bytes, and profile strict asks for 32 (RFC 7518 §3.2)"))

    def test_a_pipe_is_not_read_again(self):
        command = f'"$0" verify --secret-file <(printf %s "$1") --quiet --at {AT}'
        done = subprocess.run(["bash", "-c", command, PROGRAM, base64.b64encode(SECRET)],
                              input=token().encode() + b"\n", capture_output=True, timeout=DEADLINE)
        self.assertIn(b"signature_invalid", done.stdout)
        self.assertEqual(done.stderr, b"")

    def test_hex_and_base64_of_base64(self):
        lower, upper = BINARY.hex().encode(), BINARY.hex().upper().encode()
        for data in (lower, upper + b"\n", lower[:40] + b"\r\n" + lower[40:], b" ".join([upper[:8], upper[8:]])):
            self.assertMends(data, BINARY, "the file is hex of the secret; run ")
        self.assertEqual(self.advice(lower, BINARY), "the file is hex of the secret; run tr a-f A-F < file.txt | basenc --base16 -d > "
                                                     "secret.bin, or give --secret-encoding hex")
        twice = base64.b64encode(base64.b64encode(BINARY))
        self.assertMends(twice, BINARY, "the file is base64 of base64 of the secret; run base64 -d file.txt | base64 -d > secret.bin")

    def test_quotation_marks_and_names(self):
        secret = b"thirteen-black-horses-under-a-red-moon"
        self.assertMends(b'JWT_SECRET="' + secret + b'"\n', secret, "the secret is the value of JWT_SECRET without quotation marks; run "
                         "cut -d= -f2- file.txt | tr -d '\"' > secret.txt")
        self.assertMends(b"export JWT_SECRET='" + secret + b"'\n", secret, "the secret is the value of JWT_SECRET without quotation marks")
        self.assertMends(b"JWT_SECRET=" + secret + b"\r\n", secret, "the secret is the value of JWT_SECRET; run cut -d= -f2- file.txt > ")
        self.assertMends(b"PORT=80\nJWT.SECRET=" + secret + b"\nX=1\n", secret, "the secret is the value of JWT.SECRET; run grep ")
        self.assertMends(b"jwt-secret: " + secret + b"\n", secret, "the secret is the value of jwt-secret; run sed ")
        self.assertMends(b"'" + secret + b"'", secret, "the secret is the file without quotation marks")
        self.assertMends(b'"' + secret + b'"x"\n', secret + b'"x', "the secret is the file without quotation marks")
        self.assertMends(b"K=" + base64.b64encode(BINARY) + b"\n", BINARY, "the value of K is base64 of the secret; run ")
        self.assertMends(b'K="' + BINARY.hex().encode() + b'"\n', BINARY, "the value of K without quotation marks is hex of the secret; run ")

    def test_line_breaks_and_marks(self):
        secret = b"thirteen-black-horses-under-a-red-moon"
        self.write("marked.txt", b"\xef\xbb\xbf" + secret + b"\n")
        for command in ("inspect", "verify"):  # refused before any token is read
            self.assertRefused(self.assay(command, "--secret-file", "marked.txt", stdin=token()), "marked.txt",
                               "byte order mark", "tail -c +4 FILE")
        self.assertMends(secret[:20] + b"\n" + secret[20:] + b"\n", secret, "the secret is the file without white space")
        self.assertMends(b" " + secret + b" \n", secret, "the secret is the file without white space")
        for data, ending in ((secret, b"\n"), (secret + b"\n", b"\n"), (secret, b"\r\n"), (secret + b"\r\n", b"\r\n")):
            self.assertMends(data, secret + ending, "the secret is the file, and a line break at the end is part of the secret; run { cat file.txt; ")

    def test_the_reverse(self):
        for encode, words in ((base64.b64encode, "the secret is the base64 text of the file; run base64 -w0 file.bin > secret.txt"),
                              (lambda data: base64.urlsafe_b64encode(data).rstrip(b"="), "the secret is the base64url text of the file; run "),
                              (lambda data: data.hex().encode(), "the secret is the hex text of the file; run od "),
                              (lambda data: data.hex().upper().encode(), "the secret is the hex text, in capitals, of the file; run ")):
            self.assertMends(BINARY[:-1], encode(BINARY[:-1]), words, "file.bin")
        self.assertMends(TEXT + b"\n", base64.b64encode(TEXT), "the secret is the base64 text of the file; run head -c -1 ")

    def test_names_of_files_are_safe_in_a_shell_and_never_overwritten(self):
        for name in ("it's a secret", "secret.bin", "$(touch x)"):
            self.assertMends(base64.b64encode(BINARY), BINARY, "the file is base64 of the secret", name)
        self.assertFalse(os.path.exists(self.path("x")))
        self.assertMends(b"'" + SECRET + b"'", SECRET, "the secret is the file", "secret.txt")

    def test_a_wrong_secret_stays_a_wrong_secret(self):
        for data in (SECRET, base64.b64encode(SECRET), b"K='" + SECRET + b"'", b"\0" * 40, b"=" * 40):
            self.assertIsNone(self.advice(data, BINARY))

    def test_the_flag_that_is_one_too_many_is_named(self):
        plain = base64.b64encode(BINARY)
        self.write("file.txt", plain)
        done = self.assay("inspect", "--secret-file", "file.txt", "--secret-encoding", "base64", "--at", str(AT),
                          stdin=token(secret=plain))
        self.assertIn(b"would pass: the file is the secret itself; leave out --secret-encoding", done.stdout)

    def test_the_flag_is_refused_where_it_does_nothing_or_the_file_is_not_so(self):
        self.write("keys.json", compact({"keys": [{"kty": "oct", "k": b64url(SECRET)}]}))
        self.assertRefused(self.assay("verify", "--jwks", "keys.json", "--secret-encoding", "hex"), "--secret-encoding", "--secret-file")
        self.assertRefused(self.assay("verify", "--secret-file", "secret", "--secret-encoding", "rot13"), "--secret-encoding", "raw|base64|hex")
        self.write("bad", "not base64!")
        for encoding in ("base64", "hex"):
            self.assertRefused(self.assay("inspect", "--secret-file", "bad", "--secret-encoding", encoding, stdin="x"),
                               f"bad: is not {encoding}")

    def test_other_algorithms_and_sets_try_no_readings(self):
        self.write("keys.json", compact({"keys": [{"kty": "oct", "k": b64url(SECRET)}]}))
        done = self.assay("verify", "--jwks", "keys.json", "--at", str(AT), "--quiet", stdin=token(secret=b64url(SECRET).encode()))
        self.assertEqual((json.loads(done.stdout)["reason"], done.stderr), ("signature_invalid", b""))


if __name__ == "__main__":
    unittest.main()
