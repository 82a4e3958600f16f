"""Tests of keys show: what it says of good, odd and broken keys, for people and as JSON.

    ASSAY_PROGRAM=... python3 keys_show_test.py
"""
import hashlib
import json
import os
import unittest

from support import AT, SECRET, Case, b64url, token

X, Y = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
D = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"  # the private part of RFC 7515, appendix A.3
EC = {"kty": "EC", "crv": "P-256", "x": X, "y": Y}
EC_THUMBPRINT = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
# An odd number of 2048 bits that is no product of two primes anybody knows; nothing is verified with it.
N = b64url(b"\xc5" + hashlib.shake_256(b"n").digest(254) + b"\x01")
RSA = {"kty": "RSA", "n": N, "e": "AQAB"}


def thumbprint(**members):
    """RFC 7638, section 3: the required members in the order of their names, without white space."""
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return b64url(hashlib.sha256(text.encode()).digest())


def jwks(*keys):
    return json.dumps({"keys": list(keys)})


class KeysShow(Case):
    def show(self, *args, code=0):
        done = self.assay("keys", "show", *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def page(self, *args, code=0):
        text = self.show(*args, code=code).stdout.decode()
        for line in text.splitlines():
            self.assertTrue(line.isprintable(), line)
        return text

    def view(self, *args, code=0):
        return json.loads(self.show(*args, "--json", code=code).stdout)

    def test_a_key_is_shown_whole(self):
        self.write("jwks.json", jwks({**EC, "kid": "a"}, {**RSA, "kid": "b"}))
        self.assertEqual(self.page("--jwks", "jwks.json"), f"""Sources
  jwks.json: 2 keys

Keys
  a                     P-256      {thumbprint(**EC)}
      serves  ES256
      from    jwks.json
  b                     RSA 2048   {thumbprint(**RSA)}
      serves  RS256 RS384 RS512 PS256 PS384 PS512
      from    jwks.json
""")
        self.assertEqual(thumbprint(**EC), EC_THUMBPRINT)
        a, b = self.view("--jwks", "jwks.json")["keys"]
        self.assertEqual(a, {"kid": "a", "type": "EC", "curve": "P-256", "bits": 0, "algorithms": ["ES256"],
                             "thumbprint": EC_THUMBPRINT, "issuer": None, "sources": ["jwks.json"], "window": [],
                             "published": [], "note": None, "weaknesses": [], "also_keys_of": []})
        self.assertEqual((b["type"], b["bits"]), ("RSA", 2048))

    def test_nothing_of_a_secret_helps_to_guess_it(self):
        self.write("jwks.json", jwks({"kty": "oct", "kid": "s", "k": b64url(SECRET)}))
        for args in (["--secret-file", "secret"], ["--jwks", "jwks.json"]):
            for form in ([], ["--json"]):
                with self.subTest(args=args, form=form):
                    text = self.show(*args, *form).stdout.decode()
                    for hidden in (SECRET.decode(), b64url(SECRET), SECRET.hex(), thumbprint(kty="oct", k=b64url(SECRET)),
                                   b64url(hashlib.sha256(SECRET).digest()), hashlib.sha256(SECRET).hexdigest()):
                        self.assertNotIn(hidden, text)
        (key,) = self.view("--secret-file", "secret")["keys"]
        self.assertEqual((key["thumbprint"], key["bits"], key["algorithms"]), (None, 256, ["HS256"]))
        self.write("longer", SECRET + b"x" * 7)  # its length is not shown, either
        self.assertEqual(self.view("--secret-file", "longer")["keys"], [{**key, "sources": ["longer"]}])
        self.assertIn("secret     of at least 256 bits\n", self.page("--secret-file", "secret"))

    def test_an_entry_that_is_skipped_is_shown_with_its_reason(self):
        self.write("jwks.json", jwks({**EC, "kid": "a"}, {**EC, "kid": "e", "use": "enc"}, {**EC, "key_ops": ["sign"]},
                                     {**RSA, "kid": "r", "n": b64url(b"\xc5" + bytes(126) + b"\x01")}))
        source, = self.view("--jwks", "jwks.json")["sources"]
        self.assertEqual([(one["position"], one["kid"], one["why"]) for one in source["skipped"]], [
            (2, "e", "use is enc: the key is not for signatures"),
            (3, None, "key_ops does not hold verify"),
            (4, "r", "RSA of 1024 bits; at least 2048 are needed (RFC 7518 §3.3); the profile fastmcp takes it")])
        self.assertTrue(self.page("--jwks", "jwks.json").startswith("""Sources
  jwks.json: 1 key, 3 skipped
    - skipped: key 2 (kid "e"): use is enc: the key is not for signatures
    - skipped: key 3: key_ops does not hold verify
    - skipped: key 4 (kid "r"): RSA of 1024 bits; at least 2048 are needed (RFC
      7518 §3.3); the profile fastmcp takes it
"""))

    def test_weaknesses_are_named(self):
        self.write("jwks.json", jwks({**RSA, "kid": "three", "e": "Aw"}, {**EC, "kid": "open", "d": D},
                                     {**EC, "kid": "foreign", "d": b64url(b"\x01" * 32)}, {**RSA, "kid": "good"}))
        view = self.view("--jwks", "jwks.json")
        self.assertEqual([(key["kid"], key["weaknesses"]) for key in view["keys"]],
                         [("three", ["e is 3; 65537 is usual"]), ("open", ["published with its private part"]),
                          ("good", [])])
        self.assertEqual(view["sources"][0]["skipped"][0]["why"],
                         "the private part does not belong to the public part")
        page = self.page("--jwks", "jwks.json")
        self.assertIn("      weak    published with its private part\n", page)
        self.assertNotIn(D, page)
        self.write("short", "a word")
        view = self.view("--secret-file", "short", "--profile", "fastmcp", "--algorithm", "HS256")
        self.assertEqual(view["keys"][0]["weaknesses"],
                         ["a secret of fewer than 32 bytes, the hash of HS256 (RFC 7518 §3.2)"])
        self.assertEqual(view["keys"][0]["bits"], 0)

    def config(self, known="", more=""):
        self.write("a.json", jwks({**EC, "kid": "a"}, {**RSA, "kid": "b"}))
        self.write("assay.toml", f"""
[[issuer]]
name = "https://a.example"
jwks = "a.json"
algorithms = ["ES256"]
{known}
[[issuer]]
name = "https://b.example"
jwks = "a.json"
{more}""")
        return ["--config", "assay.toml"]

    def test_a_trust_file_is_explained_key_by_key(self):
        args = self.config("""[[issuer.key]]
kid = "a"
not_before = 2025-11-01T00:00:00Z
compromised_at = 2026-11-26T08:00:00Z
note = "found on a build host"
""")
        page = self.page(*args)
        self.assertIn(f"""
Keys of https://a.example
  a                     P-256      {EC_THUMBPRINT}
      serves  ES256
      from    a.json
      times   2025-11-01T00:00:00Z  valid from here on (stated by assay.toml:6)
              2026-11-26T08:00:00Z  compromised (stated by assay.toml:6)
      note    found on a build host
      also    the same key serves https://b.example
  b                     RSA 2048   {thumbprint(**RSA)}
      serves  nothing: the policy allows none of its algorithms
""", page)
        self.assertIn("\nKeys of https://b.example\n", page)
        key = self.view(*args)["keys"][0]
        self.assertEqual(key["window"], [
            {"border": "not_before", "at": "2025-11-01T00:00:00Z", "stated_by": "assay.toml:6"},
            {"border": "compromised_at", "at": "2026-11-26T08:00:00Z", "stated_by": "assay.toml:6"}])
        self.assertEqual((key["issuer"], key["also_keys_of"]), ("https://a.example", ["https://b.example"]))

    def test_a_key_set_states_windows_too(self):
        self.write("jwks.json", jwks({**EC, "kid": "a", "exp": 1790000000}))
        self.assertEqual(self.view("--jwks", "jwks.json")["keys"][0]["window"],
                         [{"border": "retired_at", "at": "2026-09-21T14:13:20Z", "stated_by": "key_set"}])
        self.assertIn("2026-09-21T14:13:20Z  retired (stated by its key set)", self.page("--jwks", "jwks.json"))

    def test_a_thumbprint_that_no_key_has_is_told_behind_the_thumbprints_that_there_are(self):
        args = self.config(f'[[issuer.key]]\nthumbprint = "{"A" * 43}"\nretired_at = 2026-01-01T00:00:00Z\n')
        done = self.show(*args, code=2)
        self.assertIn(EC_THUMBPRINT, done.stdout.decode())
        self.assertEqual(done.stderr.decode(), "assay keys show: --config: assay.toml:6: key: no key of the issuer has the "
                         f"thumbprint {'A' * 43}; assay keys show prints those that there are; add the source that holds "
                         "the key, such as a key set of that time, or leave the entry out\n")
        self.assertEqual(len(json.loads(self.show(*args, "--json", code=2).stdout)["unknown_keys"]), 1)
        done = self.show(*self.config('[[issuer.key]]\nthumbprint = "short"\nretired_at = 2026-01-01T00:00:00Z\n'), code=2)
        self.assertEqual(done.stdout, b"")
        self.assertIn("assay keys show prints that of each key", done.stderr.decode())

    def test_snapshots_are_told_from_what_is_inferred_between_them(self):
        os.mkdir(self.path("archive"))
        days = {"2026-11-20": "a", "2026-11-22": "ab", "2026-11-23": "b", "2026-11-24": "ab", "2026-11-26": "a"}
        for day, kids in days.items():
            points = {"a": EC, "b": RSA}
            self.write(f"archive/login-{day}.json", jwks(*({**points[kid], "kid": kid} for kid in kids),
                                                         {**EC, "kid": "e", "use": "enc"}))
        view = self.view("--jwks", "archive")
        source, = view["sources"]
        self.assertEqual((source["keys"], source["snapshots"], source["first"], source["last"]),
                         (2, 5, "2026-11-20T00:00:00Z", "2026-11-26T00:00:00Z"))
        self.assertEqual([(one["kid"], one["sets"]) for one in source["skipped"]], [("e", 5)])
        a, b = view["keys"]
        self.assertEqual(a["published"], [{"source": "archive", "series": "login", "before": None,
                                           "first": "2026-11-20T00:00:00Z", "last": "2026-11-26T00:00:00Z",
                                           "after": None, "snapshots": 4, "of": 5}])
        self.assertEqual(b["published"], [{"source": "archive", "series": "login", "before": "2026-11-20T00:00:00Z",
                                           "first": "2026-11-22T00:00:00Z", "last": "2026-11-24T00:00:00Z",
                                           "after": "2026-11-26T00:00:00Z", "snapshots": 3, "of": 3}])
        page = self.page("--jwks", "archive")
        self.assertIn("""
      times   2026-11-22T00:00:00Z  first seen in "login"; inferred: published
                                    after 2026-11-20T00:00:00Z
              2026-11-24T00:00:00Z  last seen in "login"; inferred: taken out
                                    before 2026-11-26T00:00:00Z
""", page)
        words = " ".join(page.split())
        self.assertIn('seen in the earliest snapshot of "login"; it may be older', words)
        self.assertIn('seen in the latest snapshot of "login"; 1 snapshot in between lacks it', words)

    def test_a_run_says_what_is_inferred_and_keeps_it_in_its_summary(self):
        os.mkdir(self.path("archive"))
        secret = {"kty": "oct", "kid": "s", "k": b64url(SECRET)}
        for day, keys in {"20": [secret], "22": [secret, {**EC, "kid": "a"}], "24": [secret]}.items():
            self.write(f"archive/login-2026-11-{day}.json", jwks(*keys))
        self.write("tokens", token({"alg": "HS256", "kid": "s"}) + "\n")
        run = ("verify", "--jwks", "archive", "--at", str(AT), "--format", "none", "--summary", "s.json", "--report", "r.md")
        done = self.assay(*run, "tokens")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  archive: between its 3 snapshots 1 key appeared and 1 was taken out; when is inferred, and rejects no "
                      "token (assay keys show)\n", done.stderr.decode())
        rows = {row["kid"]: row for row in json.loads(self.read("s.json"))["keys"]}
        self.assertEqual(rows["a"]["source"], "archive")
        self.assertEqual(rows["a"]["published"], [{
            "source": "archive", "series": "login", "before": "2026-11-20T00:00:00Z", "first": "2026-11-22T00:00:00Z",
            "last": "2026-11-22T00:00:00Z", "after": "2026-11-24T00:00:00Z", "snapshots": 1, "of": 1}])
        self.assertNotIn("before", rows["s"]["published"][0])
        self.assertIn("inferred: published after 2026-11-20", self.read("r.md").decode())
        # A summary that is read again says the same.
        self.assertEqual(self.assay("report", "s.json", "-o", "again.json").returncode, 0)
        self.assertEqual(self.read("again.json"), self.read("s.json"))
        done = self.assay(*run, "--quiet", "tokens")
        self.assertEqual(done.stderr, b"")

    def test_a_source_at_fault_is_told_and_the_others_are_shown(self):
        self.write("a.json", jwks({**EC, "kid": "a"}))
        self.write("none.json", jwks({**EC, "kid": "e", "use": "enc"}))
        self.write("broken.json", "{")
        done = self.show("--jwks", "a.json", "--jwks", "none.json", "--jwks", "broken.json", "--jwks", "missing.json",
                         code=2)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 3, lines)
        for line, words in zip(lines, ("none.json: none of its 1 keys can be used", "broken.json: not JSON",
                                       "missing.json: ")):
            self.assertIn(words, line)
        self.assertIn("""  none.json: cannot be used
    - skipped: key 1 (kid "e"): use is enc: the key is not for signatures
  broken.json: cannot be used
  missing.json: cannot be used
""", done.stdout.decode())
        # Verify would not start, with the same words.
        verify = self.assay("verify", "--jwks", "a.json", "--jwks", "none.json")
        self.assertEqual((verify.returncode, verify.stderr.decode()),
                         (2, lines[0].replace("keys show", "verify") + "\n"))

    def test_what_gives_nothing_is_one_line_on_standard_error(self):
        self.write("broken.toml", "[[issuer]]\nnam = 1\n")
        self.write("page.html", "<html></html>")
        for args, words in ((["--jwks", "missing.json"], "missing.json"), (["--config", "broken.toml"], "broken.toml:2"),
                            (["--jwks", "page.html"], "HTML"), (["--public-key", "page.html"], "page.html"), ([], "no keys"),
                            (["--revoked", "x.csv"], "no keys"), (["--jwks", "http://example.com/"], "example.com"),
                            (["--jwkss", "x"], "did you mean --jwks?")):
            with self.subTest(args=args):
                self.assertRefused(self.assay("keys", "show", *args), "assay keys show: ", words)

    def test_lists_of_tokens_are_counted(self):
        self.write("a.json", jwks({**EC, "kid": "a"}))
        self.write("revoked.csv", "jti\nx\ny\n")
        self.write("static.json", '{"hidden-token-of-a-test":{"client_id":"c","scopes":[]}}')
        page = self.page("--jwks", "a.json", "--revoked", "revoked.csv", "--static-tokens", "static.json")
        self.assertIn("\n  static.json: 1 static token, for development only\n", page)
        self.assertIn("\n  revoked.csv: 2 revoked tokens\n", page)
        self.assertNotIn("hidden-token", page)

    def test_foreign_text_cannot_steer_a_terminal_or_look_like_the_page(self):
        kid = "x\x1b[2J\n  good                  RSA 4096\u202e\x9b1m"
        self.write("jwks.json", jwks({**EC, "kid": kid}, {**EC, "kid": ""}, {**EC, "kid": "(no"}, EC,
                                     {**RSA, "kid": "k" * 5000}, {**EC, "kid": kid, "use": kid}))
        os.rename(self.path("jwks.json"), self.path("a\x1b]0;b.json"))
        for form in ([], ["--json"]):
            done = self.show("--jwks", "a\x1b]0;b.json", *form)
            for line in done.stdout.decode().split("\n"):
                self.assertTrue(line.isprintable(), ascii(line))
        view = json.loads(done.stdout)
        self.assertEqual([key["kid"] for key in view["keys"]], [kid, "", "(no", None, "k" * 5000])
        rows = [line for line in self.page("--jwks", "a\x1b]0;b.json").splitlines() if line.startswith("  ")]
        self.assertIn(f"  (no kid)              P-256      {EC_THUMBPRINT}", rows)
        self.assertIn(f'  ""                    P-256      {EC_THUMBPRINT}', rows)
        self.assertNotIn("RSA 4096", " ".join(line[:40] for line in rows))

    def test_a_wide_set_is_quick_and_fits_80_columns(self):
        keys = [{**RSA, "kid": f"key-{i}", "n": b64url(b"\xc5" + i.to_bytes(4, "big") + hashlib.shake_256(b"n").digest(250)
                                                       + b"\x01")} for i in range(5000)]
        self.write("jwks.json", jwks(*keys, *({**EC, "kid": f"e{i}", "use": "enc"} for i in range(60))))
        page = self.page("--jwks", "jwks.json")
        self.assertIn("\n    - 10 more skipped; --json lists them\n", page)
        self.assertIn("jwks.json: 5,000 keys, 60 skipped", page)
        self.assertLessEqual(max(len(line) for line in page.splitlines()), 80)
        view = self.view("--jwks", "jwks.json")
        self.assertEqual([key["kid"] for key in view["keys"]], [key["kid"] for key in keys])
        self.assertEqual(len(view["sources"][0]["skipped"]), 60)


if __name__ == "__main__":
    unittest.main()
