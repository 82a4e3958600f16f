"""--config: the trust file on the command line, with issuers, keys through time, and errors that say what to mend.

    ASSAY_PROGRAM=... python3 trust_test.py
"""
import json
import os
import subprocess
import tempfile
import unittest

from support import AT, PROGRAM, SECRET, b64url, compact, sign, token

SECOND = b"fedcba9876543210fedcba9876543210"


def keys(*pairs):
    return json.dumps({"keys": [{"kty": "oct", "kid": kid, "k": b64url(secret)} for kid, secret in pairs]})


def signed(kid, secret, iss, **claims):
    return token({"alg": "HS256", "kid": kid}, secret, iss=iss, **claims)


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-trust-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("keys"))
        self.write("keys/a.json", keys(("k1", SECRET)))
        self.write("keys/b.json", keys(("k2", SECOND)))
        self.write("assay.toml", '''
leeway = "30s"

[[issuer]]
name = "https://a"
jwks = "keys/a.json"
audiences = ["api"]

  [[issuer.key]]
  kid = "k1"
  compromised_at = 2026-09-21T15:13:20Z
  note = "found on a build host"

[[issuer]]
name = "https://b"
jwks = "keys/b.json"
max_lifetime = "1h"
''')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_program(self, command, *arguments, stdin=""):
        return subprocess.run([PROGRAM, command, *arguments], input=stdin, capture_output=True, text=True, timeout=240,
                              cwd="/")

    def verify(self, *tokens, more=(), at=str(AT)):
        done = self.run_program("verify", "--config", self.path("assay.toml"), "--at", at, "--quiet", *more,
                                stdin="".join(one + "\n" for one in tokens))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def reasons(self, *tokens, **more):
        return [verdict.get("reasons", []) for verdict in self.verify(*tokens, **more)]

    def test_each_issuer_has_its_keys_and_its_policy(self):
        self.assertEqual(
            self.reasons(signed("k1", SECRET, "https://a"), signed("k2", SECOND, "https://b"),
                         signed("k2", SECOND, "https://a"), signed("k1", SECRET, "https://c"),
                         signed("k1", SECRET, "https://a", aud="other"), signed("k2", SECOND, "https://b", aud="other"),
                         signed("k1", SECOND, "https://a")),
            [[], ["token_lifetime"], ["issuer_key_mismatch"], ["issuer_mismatch"], ["audience_mismatch"], ["token_lifetime"],
             ["signature_invalid"]])

    def test_a_key_is_judged_at_the_time_of_use(self):
        good = signed("k1", SECRET, "https://a", exp=AT + 9000)
        self.assertEqual(self.reasons(good, at="2026-09-21T15:13:19.999999999Z"), [[]])
        [verdict] = self.verify(good, at="2026-09-21T15:13:20Z")
        self.assertEqual(verdict["reasons"], ["key_compromised"])
        self.assertEqual(verdict["signature"], "valid")
        self.assertEqual(verdict["detail"], "key k1 is compromised from 2026-09-21T15:13:20Z on: found on a build host")

    def test_a_flag_counts_over_the_top_of_the_file(self):
        late = signed("k1", SECRET, "https://a", exp=AT - 20, iat=AT - 30)
        self.assertEqual(self.reasons(late), [[]])
        self.assertEqual(self.reasons(late, more=("--leeway", "0")), [["token_expired"]])
        # An issuer's own field stays.
        self.assertEqual(self.reasons(signed("k1", SECRET, "https://a"), more=("--audience", "other")), [[]])

    def test_keys_beside_the_file_serve_every_issuer(self):
        self.write("keys/c.json", keys(("k3", SECRET)))
        more = ("--jwks", self.path("keys/c.json"))
        self.assertEqual(self.reasons(signed("k3", SECRET, "https://b", iat=AT), signed("k3", SECRET, "https://c"), more=more),
                         [[], ["issuer_mismatch"]])

    def test_errors_name_file_line_field_and_mend(self):
        def error(text, *more):
            self.write("wrong.toml", text)
            done = self.run_program("verify", "--config", self.path("wrong.toml"), *more)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            return done.stderr.replace(self.folder + "/", "")

        self.assertEqual(error("[[issuer]]\nname = \"a\"\naudience = \"b\"\n"),
                         "assay verify: --config: wrong.toml:3: 'audience': no field of an [[issuer]]; did you mean audiences?\n")
        with_key = '[[issuer]]\nname = "a"\njwks = "keys/a.json"\n[[issuer.key]]\nkid = "k7"\nretired_at = 2026-01-01T00:00:00Z\n'
        self.assertEqual(error(with_key), 'assay verify: --config: wrong.toml:4: key: no key of the issuer has the kid "k7"; '
                                          'did you mean "k1"?\n')
        self.assertIn("--config: needs the profile strict, because FastMCP's JWTVerifier has one issuer",
                      error("leeway = 1\n", "--profile", "fastmcp", "--jwks", self.path("keys/a.json")))
        self.assertIn("no keys: give --jwks, --public-key, --secret-file, --static-tokens or --config", error("leeway = 1\n"))
        self.assertEqual(error('[[issuer]]\nname = "a"\njwks = "none.json"\n'),
                         "assay verify: --config: wrong.toml:1: none.json: cannot be read: No such file or directory; check the path\n")

    def test_a_missing_file_is_told(self):
        done = self.run_program("verify", "--config", self.path("none.toml"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("--config: ", done.stderr)
        self.assertIn("none.toml: cannot be read: No such file or directory; check the path", done.stderr)

    def test_no_output_replaces_the_trust_file(self):
        done = self.run_program("verify", "--config", self.path("assay.toml"), "-o", self.path("assay.toml"))
        self.assertEqual(done.returncode, 2)
        with open(self.path("assay.toml"), encoding="utf-8") as file:
            self.assertIn("[[issuer]]", file.read())

    def test_inspect_shows_the_issuer_and_the_times_of_the_key(self):
        done = self.run_program("inspect", "--config", self.path("assay.toml"), "--at", "2026-09-21T15:13:20Z",
                                stdin=signed("k1", SECRET, "https://a", exp=AT + 9000))
        self.assertEqual(done.returncode, 1)
        self.assertIn("keys for it: secret 'k1' of 32 bytes of https://a (compromised from 2026-09-21T15:13:20Z on)", done.stdout)
        self.assertIn("issuer's key ok", done.stdout)
        self.assertRegex(done.stdout, "key's times  FAILED +key_compromised: key k1 is compromised from")
        self.assertIn("would pass: nothing: whoever has the key can have written this token", done.stdout)

    def test_inspect_explains_a_key_of_another_issuer(self):
        done = self.run_program("inspect", "--config", self.path("assay.toml"), "--at", str(AT),
                                stdin=signed("k2", SECOND, "https://a"))
        self.assertRegex(done.stdout, "issuer's key FAILED +issuer_key_mismatch: key k2 belongs to https://b, not to the issuer")

    def test_audit_and_bench_take_it(self):
        good = signed("k1", SECRET, "https://a")
        self.write("app.log", f"2026-09-21T14:13:20Z bearer {good}\n2026-09-21T15:13:20Z bearer {good}\n")
        done = self.run_program("audit", "--config", self.path("assay.toml"), "--format", "ndjson", self.path("app.log"))
        self.assertEqual(done.returncode, 1, done.stderr)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([record["reasons"] for record in found], [["key_compromised"]])
        self.write("tokens.txt", (good + "\n") * 200)
        done = self.run_program("bench", "--input", self.path("tokens.txt"), "--config", self.path("assay.toml"), "--at", str(AT),
                                "--seconds", "0.05", "--repetitions", "1", "--threads", "1", "--backend", "openssl")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
