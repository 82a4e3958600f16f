"""Tests of the program's face. Run by ctest, or: ASSAY_PROGRAM=build/release/assay tests/cli/cli_test.py [CLASS]"""
import csv
import hashlib
import http.server
import io
import json
import os
import pty
import random
import re
import resource
import select
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from support import AT, DEADLINE, PROGRAM, SECRET, Case, b64url, compact, needs_few_descriptors, sign, token

HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {"sub": "u1", "exp": AT + 3600}


def cut(text):
    return text[: text.rfind(".") + 1]


# reason -> input record, options beyond the common ones
REASONS = {
    "malformed_record": ('{"token":5}', ["--input", "ndjson"]),
    "missing_token": ("", ["--input", "lines"]),
    "missing_time": (json.dumps({"token": token()}), ["--at", "record"]),
    "token_too_large": (token(), ["--max-token-bytes", "100"]),
    "token_redacted": ("Bearer [REDACTED]", []),
    "other_credential": ("Basic dXNlcjpwYXNz", []),
    "encrypted_token": (b64url(b'{"alg":"RSA-OAEP","enc":"A256GCM"}') + ".AAAA.AAAA.AAAA.AAAA", []),
    "signature_redacted": (cut(token()) + "[REDACTED]", []),
    "malformed_token": ("not a token", []),
    "malformed_header": (sign(b"[]", compact(CLAIMS)), []),
    "critical_header": (token({"alg": "HS256", "crit": ["exp"], "exp": 1}), []),
    "algorithm_not_allowed": (token({"alg": "HS384"}), ["--algorithm", "HS256"]),
    "key_not_found": (token({"alg": "HS256", "kid": "other"}), ["keys", "two.json"]),
    "key_ambiguous": (token(), ["keys", "two.json"]),
    "key_mismatch": (token({"alg": "HS256", "kid": "big"}), ["keys", "two.json"]),
    "signature_invalid": (token(secret=b"x" * 32), []),
    "malformed_claims": (sign(compact(HEADER), b"[1]"), []),
    "claim_type": (token(exp="tomorrow"), []),
    "token_expired": (token(exp=AT), []),
    "token_not_yet_valid": (token(nbf=AT + 1), []),
    "token_lifetime": (token(), ["--max-lifetime", "3659"]),
    "issuer_mismatch": (token(), ["--issuer", "https://other.example.com"]),
    "issuer_key_mismatch": (token({"alg": "HS256", "kid": "b"}, b"y" * 32), ["config", "assay.toml"]),
    "audience_mismatch": (token(), ["--audience", "other"]),
    "scope_missing": (token(), ["--require-scope", "admin"]),
    "claim_mismatch": (token(), ["--require-claim", "client_id=other"]),
    "type_mismatch": (token(), ["--typ", "at+jwt"]),
    "key_not_yet_valid": (token({"alg": "HS256", "kid": "new"}), ["config", "assay.toml"]),
    "key_retired": (token({"alg": "HS256", "kid": "old"}), ["config", "assay.toml"]),
    "key_compromised": (token({"alg": "HS256", "kid": "leaked"}), ["config", "assay.toml"]),
    "token_revoked": (token(jti="7f"), ["--revoked", "revoked.csv"]),
    "unknown_token": ("nobody", ["static", "static.json"]),
}


def jwk(kid, secret=SECRET, **more):
    return {"kty": "oct", "kid": kid, "k": b64url(secret), **more}


# ThreadSanitizer runs a signal handler only when the thread makes a call that it intercepts. The system may deliver the
# signal to a worker of oneTBB that sleeps in another call. The other builds run these tests.
TSAN_DELAYS_SIGNALS = "ThreadSanitizer delays signal handlers"


class Reasons(Case):
    def test_each_reason_is_reported_as_its_golden_says(self):
        self.write("two.json", compact({"keys": [jwk("a"), jwk("b", b"y" * 32), jwk("big", b"z" * 64, alg="HS512")]}))
        self.write("static.json", compact({"somebody": {"client_id": "c"}}))
        self.write("revoked.csv", "jti\n7f\n")
        self.write("idp.json", compact({"keys": [jwk("new"), jwk("old"), jwk("leaked")]}))
        time = "2026-09-21T14:13:20Z"
        windows = f"""
[[issuer.key]]
kid = "new"
not_before = 2026-09-21T14:13:20.000000001Z
[[issuer.key]]
kid = "old"
retired_at = {time}
[[issuer.key]]
kid = "leaked"
compromised_at = {time}
note = "found on a build host"
"""
        self.write("assay.toml", '[[issuer]]\nname = "https://idp.example.com"\njwks = "idp.json"\n' + windows +
                   '[[issuer]]\nname = "https://other"\njwks = "two.json"\n')
        out = b""
        for reason, (record, options) in REASONS.items():
            with self.subTest(reason):
                keys = ["--secret-file", "secret"]
                if options[:1] == ["keys"]:
                    keys, options = ["--jwks", options[1]], options[2:]
                elif options[:1] == ["static"]:
                    keys, options = ["--static-tokens", options[1]], options[2:]
                elif options[:1] == ["config"]:
                    keys, options = ["--config", options[1]], options[2:]
                done = self.assay("verify", *keys, "--at", str(AT), "--quiet", *options, stdin=record + "\n")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(json.loads(done.stdout)["reason"], reason)
                out += done.stdout
        self.assertGolden("reasons.ndjson", out)

    def test_all_reasons_are_collected_once_the_signature_is_valid(self):
        (verdict,) = self.verdicts("--audience", "other", "--issuer", "x", stdin=token(exp=AT - 3600) + "\n")
        self.assertEqual(verdict["reasons"], ["token_expired", "issuer_mismatch", "audience_mismatch"])
        self.assertEqual((verdict["signature"], verdict["client_id"]), ("valid", "app"))

    def test_nothing_of_the_claims_is_shown_before_the_signature_is_valid(self):
        (verdict,) = self.verdicts(stdin=token(secret=b"x" * 32) + "\n")
        self.assertNotIn("client_id", verdict)
        self.assertEqual(verdict["signature"], "invalid")


class Policy(Case):
    def reasons(self, *args, stdin):
        return [verdict.get("reason") for verdict in self.verdicts(*args, stdin=stdin)]

    def test_a_required_claim_is_a_string_or_in_a_list(self):
        records = "\n".join([token(tid="t1"), token(tid=["t0", "t1"]), token(tid="t2"), token(), token(tid=5)]) + "\n"
        self.assertEqual(self.reasons("--require-claim", "tid=t1", stdin=records), [None, None] + ["claim_mismatch"] * 3)
        self.assertEqual(self.reasons("--require-claim", "tid=t1", "--require-claim", "azp=x", stdin=token(tid="t1", azp="x")
                                      + "\n"), [None])
        self.assertEqual(self.reasons("--require-claim", "q=a=b", stdin=token(q="a=b") + "\n"), [None])
        for wrong in ("tid", "=t1", ""):
            self.assertRefused(self.verify("--require-claim", wrong), "--require-claim", "NAME=VALUE")

    def test_inspect_tells_how_to_require_the_client_of_a_token_without_aud(self):
        text = self.assay("inspect", *self.KEY, "--audience", "app", stdin=token(aud=None)).stdout.decode()
        self.assertIn('the token has client_id "app"', text)
        self.assertIn("--require-claim 'client_id=app'", text)
        self.assertEqual(self.reasons("--require-claim", "client_id=app", stdin=token(aud=None) + "\n"), [None])

    def test_an_exact_scope_is_not_split(self):
        text = token(scope=["a b", "c"]) + "\n"
        self.assertEqual(self.reasons("--require-scope-exact", "a b", stdin=text), [None])
        self.assertEqual(self.reasons("--require-scope", "a b", stdin=text), ["scope_missing"])
        self.assertEqual(self.reasons("--require-scope", '["a b","c"]', stdin=text), [None])

    def test_a_longer_life_than_allowed_is_rejected(self):
        records = token() + "\n" + token(iat=None) + "\n" + token(exp=None) + "\n"
        self.assertEqual(self.reasons("--max-lifetime", "3660", stdin=records), [None, "token_lifetime", "token_lifetime"])
        self.assertRefused(self.verify("--max-lifetime", "0"), "--max-lifetime")

    def test_a_revoked_token_is_rejected_from_its_time_on(self):
        self.write("list", "".join(json.dumps(entry) + "\n" for entry in (
            {"jti": "a"}, {"jti": "b", "iss": "https://other.example.com"}, {"jti": "c", "from": AT + 1},
            {"jti": "d", "from": "2026-09-21T14:13:20Z"})))
        records = "".join(token(jti=jti) + "\n" for jti in "abcd") + token() + "\n"
        self.assertEqual(self.reasons("--revoked", "list", stdin=records),
                         ["token_revoked", None, None, "token_revoked", None])
        done = self.verify("--revoked", "list", "--at", str(AT + 1), stdin=records)
        self.assertIn("revoked from 2026-09-21T14:13:21Z on", done.stdout.decode())
        text = self.assay("inspect", *self.KEY, "--revoked", "list", stdin=token(jti="a")).stdout.decode()
        self.assertRegex(text, r"revocation +FAILED +token_revoked: the token is on the list")
        text = self.assay("inspect", "--at", str(AT), "--revoked", "list", stdin=token(jti="a")).stdout.decode()
        self.assertRegex(text, r"revocation +FAILED")

    def test_a_list_that_cannot_be_read_is_named_with_its_line(self):
        self.write("list", '{"jti":"a"}\n{"jti":5}\n')
        self.assertRefused(self.verify("--revoked", "list"), "list: line 2: jti is not a string")
        self.assertRefused(self.verify("--revoked", "missing"), "missing: cannot be read")
        self.write("list", '{"jti":"a"}\n')
        self.assertRefused(self.assay("verify", "--revoked", "list"), "no keys")

    def test_an_issuer_may_be_a_template(self):
        template = "https://login.example/{tenantid}/v2.0"
        records = "".join(token(iss=f"https://login.example/{tenant}/v2.0", tid=tid) + "\n"
                          for tenant, tid in (("aa-11", "aa-11"), ("aa-11", "bb-22"), ("aa-11", None)))
        self.assertEqual(self.reasons("--issuer", template, stdin=records), [None, "issuer_mismatch", "issuer_mismatch"])
        self.assertRefused(self.verify("--issuer", "https://login.example/{tenant}/v2.0"), "--issuer", "{tenant}")

    def test_times_in_milliseconds_are_noticed(self):
        done = self.verify(stdin=token(exp=AT * 1000) + "\n", quiet=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("exp lies beyond the year 2200 (in milliseconds?): 1", done.stderr.decode())
        self.assertNotIn("2200", self.verify(stdin=token() + "\n", quiet=False).stderr.decode())
        (verdict,) = self.verdicts(stdin=token(nbf=AT * 1000) + "\n")
        self.assertIn("milliseconds?", verdict["detail"])
        text = self.assay("inspect", *self.KEY, stdin=token(exp=AT * 1000)).stdout.decode()
        self.assertRegex(text, r"exp .*the year 58\d\d\d, in .* years; milliseconds\? then 2026-09-21T14:13:20Z")

    def test_an_empty_issuer_is_fastmcps_empty_string_and_a_list_of_it_is_not(self):
        fastmcp = ["--profile", "fastmcp", "--algorithm", "HS256"]
        self.assertEqual(self.reasons(*fastmcp, "--issuer", "", stdin=token() + "\n"), [None])
        two = ["--issuer", "", "--issuer", "x"]
        self.assertEqual(self.reasons(*fastmcp, *two, stdin=token() + "\n" + token(iss="") + "\n"),
                         ["issuer_mismatch", None])
        self.assertRefused(self.verify("--issuer", ""), "--issuer: is empty")

    def test_an_empty_scope_is_fastmcps_empty_list_and_a_mistake_otherwise(self):
        for option, value in (("--require-scope", ""), ("--require-scope", " , "), ("--require-scope-exact", "")):
            self.assertRefused(self.verify(option, value), option + ": a required scope is empty")
            other = "--require-scope" if option.endswith("exact") else "--require-scope-exact"
            self.assertRefused(self.verify(other, "read", option, value), option + ": a required scope is empty")
            self.assertRefused(self.assay("inspect", option, value, token()), option + ": a required scope is empty")
            fastmcp = ["--profile", "fastmcp", "--algorithm", "HS256"]
            self.assertEqual(self.reasons(*fastmcp, option, value, stdin=token() + "\n"), [None])


class Output(Case):
    RECORDS = "\n".join([token(), token(exp=AT - 5), token(client_id=None, azp="b\"\n,x", scope=["s 1", "é"]), "", "x",
                         token(sub="=1+1", client_id="@app", scope="-a +b")])

    def test_ndjson_golden(self):
        self.assertGolden("mixed.ndjson", self.verify(stdin=self.RECORDS).stdout)

    def test_csv_golden(self):
        out = self.verify("--format", "csv", stdin=self.RECORDS).stdout
        rows = list(csv.DictReader(io.StringIO(out.decode(), newline="")))
        self.assertEqual([row["valid"] for row in rows], ["true", "false", "true", "false", "false", "true"])
        self.assertGolden("mixed.csv", out)

    def test_a_new_file_of_tokens_is_readable_only_by_its_owner(self):
        for args, mode in ((["-o", "closed", "--emit-token"], 0o600), (["-o", "open"], 0o644)):
            self.verify(*args, stdin=token() + "\n", umask=0o022)
            self.assertEqual(stat.S_IMODE(os.stat(self.path(args[1])).st_mode), mode, args)

    def test_fields_of_an_accepted_verdict_are_in_the_promised_order(self):
        (verdict,) = self.verdicts(stdin=token() + "\n")
        self.assertEqual(list(verdict), ["record", "line", "valid", "alg", "kid", "client_id", "scopes", "expires_at",
                                         "subject", "claims"])

    def test_fields_of_a_rejected_verdict_are_in_the_promised_order(self):
        (verdict,) = self.verdicts(stdin=token(exp=AT - 1) + "\n")
        self.assertEqual(list(verdict), ["record", "line", "valid", "alg", "kid", "signature", "reason", "reasons",
                                         "detail", "client_id", "issuer", "subject", "jti"])
        self.assertEqual((verdict["issuer"], verdict["subject"], verdict["jti"]),
                         ("https://idp.example.com", "u1", None))

    def test_the_time_of_a_record_is_shown_last_before_what_options_add(self):
        records = [compact({"token": text, "time": AT + 0.5, "id": 7}).decode() for text in (token(), token(exp=AT), "x")]
        done = self.verify("--at", "record", "--carry", "/id", "--fingerprint", stdin="\n".join(records) + "\n{}\n")
        lines = done.stdout.decode().splitlines()
        for line in lines[:3]:
            self.assertIn(',"judged_at":"2026-09-21T14:13:20.5Z","ath":', line)
        self.assertNotIn("judged_at", lines[3])
        self.assertNotIn(b"judged_at", self.verify(stdin=token() + "\n").stdout)

    def test_separators_and_marks_of_direction_are_written_as_escapes(self):
        text = "a\u2028\u202e\u2066\u200fz"
        escaped = b"a\\u2028\\u202e\\u2066\\u200fz"
        body = json.dumps({"sub": text, "exp": AT + 9}, ensure_ascii=False).encode()
        out = self.verify("--emit-token", stdin=sign(compact(HEADER), body) + "\n").stdout
        self.assertEqual(out.count(escaped), 3, out)  # client_id, subject and claims
        self.assertEqual(json.loads(out)["claims"]["sub"], text)

    def test_no_format_writes_nothing_and_still_judges(self):
        done = self.verify("--format", "none", stdin="x\n")
        self.assertEqual((done.returncode, done.stdout), (1, b""))

    def test_only_filters_verdicts_and_not_the_exit_code(self):
        records = token() + "\nx\n"
        for only, valid in (("accepted", True), ("rejected", False)):
            done = self.verify("--only", only, stdin=records)
            self.assertEqual(done.returncode, 1)
            self.assertEqual([json.loads(line)["valid"] for line in done.stdout.splitlines()], [valid])

    def test_token_appears_only_when_asked_for(self):
        records = token() + "\n" + token(exp=1) + "\n"
        for text in records.split():
            self.assertNotIn(text.encode(), self.verify(stdin=records).stdout)
        self.assertEqual([v["token"] for v in self.verdicts("--emit-token", stdin=records)], records.split())

    def test_a_token_in_a_kid_or_an_alg_is_not_shown(self):
        inner = token(iss=None, aud=None, scope=None)
        for profile in ((), ("--profile", "fastmcp", "--algorithm", "HS256")):
            for header in ({"alg": "HS256", "kid": inner}, {"alg": inner}, {"alg": "HS256", "kid": "a " + inner[:40]}):
                outer = token(header)
                done = self.verify(*profile, "--summary", "s.json", stdin=outer, quiet=False)
                said = done.stdout + done.stderr + self.read("s.json")
                said += self.assay("inspect", *self.KEY, *profile, stdin=outer).stdout
                self.assertIn(b"a part of a token" if "a " in str(header) else b"a token of", said)
                self.assertNotIn(inner[:24].encode(), said)

    def test_fingerprint_is_the_sha256_of_the_token(self):
        text = token()
        (verdict,) = self.verdicts("--fingerprint", stdin="Bearer " + text + "\n")
        self.assertEqual(verdict["ath"], b64url(hashlib.sha256(text.encode()).digest()))

    def test_carry_copies_fields_to_the_end_of_both_kinds_of_verdict(self):
        lines = [json.dumps({"token": t, "id": [1, "é"], "a/b": None}) for t in (token(), "x")]
        for verdict in self.verdicts("--carry", "/id", "--carry", "/a~1b", stdin="\n".join(lines) + "\n"):
            self.assertEqual(list(verdict)[-1], "carry")
            self.assertEqual(verdict["carry"], {"/id": [1, "é"], "/a~1b": None})

    def test_file_follows_record_with_several_inputs(self):
        self.write("a", token() + "\n")
        self.write("b", "x\n" + token())
        verdicts = self.verdicts("a", "b")
        self.assertEqual([(v["record"], v["file"], v["line"]) for v in verdicts], [(1, "a", 1), (2, "b", 1), (3, "b", 2)])
        self.assertEqual(list(verdicts[0])[:2], ["record", "file"])

    def test_output_file_is_complete_or_not_there(self):
        self.write("in", (token() + "\n") * 50)
        done = self.verify("-o", "out", "in")
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(self.read("out").count(b"\n"), 50)
        done = self.verify("-o", "out2", "in", "missing")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(sorted(os.listdir(self.folder)), ["in", "out", "secret"])

    def test_failed_run_leaves_the_old_output_as_it_was(self):
        self.write("out", "old")
        self.write("in", token() + "\n")
        self.verify("-o", "out", "in", "missing")
        self.assertEqual(self.read("out"), b"old")

    def test_output_is_the_same_for_any_number_of_threads(self):
        chosen = random.Random(7)
        self.write("in", "\n".join(chosen.choice([token(jti=str(i)), token(exp=i), "x" * chosen.randrange(3000), ""])
                                   for i in range(4000)))
        outputs = {self.verify("--threads", n, "in").stdout for n in ("1", "2", "7")}
        self.assertEqual(len(outputs), 1)
        self.assertEqual(outputs.pop().count(b"\n"), 4000)

    def test_control_characters_of_tokens_are_escaped(self):
        header = compact({"alg": "HS256\u001b[31m", "kid": "\n\u009b"})
        done = self.verify(stdin=sign(header, compact(CLAIMS)) + "\n")
        self.assertNotIn(b"\x1b", done.stdout)
        self.assertEqual(done.stdout.count(b"\n"), 1)

    def test_full_disk_is_an_error_in_one_line(self):
        with open("/dev/full", "wb") as full:
            done = self.assay("verify", *self.KEY, "--quiet", stdin=token() + "\n", stdout=full)
        self.assertRefused(done, "assay verify:", "No space left on device")


class Summary(Case):
    def test_counts_add_up(self):
        records = "\n".join([token(), token(), token(exp=1), "x"])
        self.verify("--summary", "s.json", "--issuer", "https://idp.example.com", stdin=records)
        summary = json.loads(self.read("s.json"))
        self.assertGreaterEqual(set(summary), {"records", "accepted", "rejected", "by_reason", "run"})
        self.assertEqual((summary["records"], summary["accepted"], summary["rejected"]), (4, 2, 2))

    def test_manifest_names_options_and_no_secret(self):
        self.verify("--summary", "s.json", "--leeway", "30", stdin=token() + "\n")
        text = self.read("s.json").decode()
        for part in ("--secret-file", "--leeway", "30"):
            self.assertIn(part, text)
        self.assertNotIn(SECRET.decode(), text)
        self.assertNotIn(token(), text)

    def test_manifest_holds_every_flag_that_was_given(self):
        options = [["--leeway", "30"], ["--at", str(AT)], ["--input", "lines"], ["--token-field", "/t"], ["--carry", "/a"],
                   ["--carry", "/b"], ["--output", "out"], ["--format", "csv"], ["--only", "rejected"], ["--fingerprint", ""],
                   ["--summary", "s.json"], ["--quiet", ""], ["--threads", "2"], ["--backend", "openssl"],
                   ["--memo-memory", "2MiB"], ["--secret-file", "secret"], ["--audience", ""], ["--profile", "fastmcp"],
                   ["--algorithm", "HS256"]]
        self.write("in", token() + "\n")
        done = self.assay("verify", *[word for name, value in options
                                      for word in ([name, value] if value or name == "--audience" else [name])], "in")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(sorted(json.loads(self.read("s.json"))["run"]["options"]), sorted(options))

    def test_run_names_backend_and_counts_signatures(self):
        records = "\n".join([token(jti=str(i)) for i in range(40)] + [token(secret=b"x" * 32), "x"]) + "\n"
        for backend, by_lanes, check in (("openssl", 0, "0"), ("lanes", 41, "1")):
            done = self.verify("--summary", "s.json", "--backend", backend, "--cross-check", check, "--table-memory", "1M",
                               stdin=records)
            self.assertEqual((done.returncode, done.stderr), (1, b""))
            summary = json.loads(self.read("s.json"))
            run = summary["run"]
            self.assertEqual((summary["accepted"], summary["rejected"]), (40, 2))
            self.assertEqual((run["backend"], run["isa"] is None), (backend, backend == "openssl"))
            for option in (["--cross-check", check], ["--table-memory", "1M"]):
                self.assertIn(option, run["options"])
            self.assertEqual(run["by_lanes"] + run["by_openssl"], 41)
            if backend == "lanes" and run["isa"] == "portable":
                continue  # its hashes may be OpenSSL's
            self.assertEqual((run["by_lanes"], run["exceptional"], run["cross_checked"]), (by_lanes, 0, by_lanes))

    def test_tokens_that_come_again_are_not_verified_again_unless_no_memo(self):
        lines = [token(jti=str(i % 10), exp=AT + 1 if i % 10 == 0 else AT + 3600) for i in range(20000)]
        self.write("in", "\n".join(lines) + "\n")
        for options, known in (([], True), (["--memo-memory", "1M"], True), (["--no-memo"], False),
                               (["--memo-memory", "0"], False)):
            done = self.verify("--summary", "s.json", "-o", "out", *options, "in", quiet=False)
            self.assertEqual(done.returncode, 0)
            run = json.loads(self.read("s.json"))["run"]
            said = re.search(r"\n  known from before, not verified again: ([0-9,]+) \([0-9.]+ %\)\n", done.stderr.decode())
            self.assertEqual(said is not None, known)
            if known:
                self.assertGreater(run["memo_hits"], 10000)
                self.assertLessEqual(run["memo_hits"], run["memo_lookups"])
                self.assertEqual(run["memo_hits"], int(said[1].replace(",", "")))
                self.assertGreater(run["memo_entries"], 9)
                self.assertGreater(run["memo_bytes"], 4096)
            else:
                self.assertEqual([run["memo_" + name] for name in ("lookups", "hits", "entries", "bytes")], [0] * 4)
            self.assertEqual(["--no-memo", ""] in run["options"], "--no-memo" in options)
            verdicts = self.read("out").splitlines()
            self.assertEqual(len(verdicts), len(lines))
            self.assertEqual({json.loads(line)["valid"] for line in verdicts[:50]}, {True})
        # A second later one of them has expired, known or not.
        late = self.assay("verify", "--quiet", "--secret-file", "secret", "--at", str(AT + 1), "in")
        self.assertEqual(late.stdout.count(b'"reason":"token_expired"'), len(lines) // 10)

    def test_human_summary_counts_reasons_unless_quiet(self):
        done = self.verify(stdin=token() + "\nx\ny\n", quiet=False)
        self.assertRegex(done.stderr.decode(), r"3 records: 1 accepted, 2 rejected.*\n  other_credential +2\n")
        self.assertEqual(self.verify(stdin="x\n").stderr, b"")

    def test_progress_is_a_plain_line_if_stderr_is_no_terminal(self):
        done = self.verify("--progress", stdin=token() + "\n", quiet=False)
        self.assertIn("1 record", done.stderr.decode())
        self.assertNotIn(b"\x1b", done.stderr)


class Input(Case):
    def test_format_is_found_by_the_first_record(self):
        self.assertTrue(self.verdicts(stdin=token() + "\n")[0]["valid"])
        self.assertTrue(self.verdicts(stdin=json.dumps({"token": token()}) + "\n")[0]["valid"])

    def test_schemes_and_white_space_belong_to_the_line(self):
        for line in ("Bearer " + token(), "bEARER " + token(), "DPoP " + token(), "JWT " + token(), "  " + token() + " \t", token() + "\r"):
            self.assertTrue(self.verdicts(stdin=line + "\n")[0]["valid"], line)

    def test_white_space_in_a_json_field_belongs_to_the_token(self):
        (verdict,) = self.verdicts(stdin=json.dumps({"token": token() + " "}) + "\n")
        self.assertEqual(verdict["reason"], "malformed_token")

    def test_blank_lines_are_records_and_the_end_is_none(self):
        self.assertEqual([v["reason"] for v in self.verdicts(stdin="\n \n")], ["missing_token"] * 2)
        self.assertEqual(len(self.verdicts(stdin=token())), 1)
        self.assertEqual(len(self.verdicts(stdin=token() + "\n")), 1)

    def test_empty_input_has_no_records(self):
        self.write("empty", "")
        done = self.verify("empty")
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_token_and_time_are_where_the_pointers_say(self):
        line = json.dumps({"a": {"b": ["", "Bearer " + token()]}, "at": {"x": AT}})
        args = ["--token-field", "/a/b/1", "--time-field", "/at/x", "--at", "record"]
        self.assertTrue(self.verdicts(*args, stdin=line + "\n")[0]["valid"])

    def test_record_time_is_read_in_every_unit(self):
        for when in (AT, AT * 1000, AT * 1000000, AT * 1000000000, "2026-09-21T14:13:20Z", str(AT)):
            line = json.dumps({"token": token(exp=AT + 1), "time": when})
            verdicts = self.verdicts("--at", "record", stdin=line + "\n")
            self.assertTrue(verdicts[0]["valid"], (when, verdicts))

    def test_lines_have_no_time(self):
        self.assertRefused(self.verify("--at", "record", "--input", "lines", stdin="x\n"), "--at", "lines")

    def test_dash_is_standard_input(self):
        self.assertEqual(len(self.verdicts("-", stdin="x\ny\n")), 2)

    def test_names_with_brackets_and_names_of_commands_are_files(self):
        for name in ("[a,b]", "mint", "a b"):
            self.write(name, "x\n")
            self.assertEqual(len(self.verdicts(name)), 1, name)

    def test_a_missing_file_is_an_error_in_one_line(self):
        self.assertRefused(self.verify("missing"), "assay verify: ", "missing: No such file")

    def test_huge_line_is_one_rejected_record(self):
        line = "A" * (8 << 20)
        verdicts = self.verdicts(stdin=token() + "\n" + line + "\n" + token() + "\n")
        self.assertEqual([v.get("reason") for v in verdicts], [None, "token_too_large", None])

    def test_random_corruption_gives_one_verdict_a_record(self):
        seed = 20261123
        chosen = random.Random(seed)
        lines = [token(jti=str(i)) if i % 2 else json.dumps({"token": token(jti=str(i)), "time": AT}) for i in range(20)]
        good = ("\n".join(lines) + "\n").encode()
        for start in range(2):
            whole, sizes = [], []
            for _ in range(500):
                text = bytearray(good if start else good.replace(b"{", b"")[:4000])
                a = chosen.randrange(len(text))
                b = min(len(text), a + chosen.randrange(1, 300))
                kind = chosen.randrange(4)
                if kind == 0:
                    text[a] ^= 1 << chosen.randrange(8)
                elif kind == 1:
                    del text[a:b]
                elif kind == 2:
                    text[b:b] = text[a:b]
                else:
                    text = bytearray(bytes(text).replace(b"\n", b"", 1))
                whole.append(bytes(text))
            # Fifty corruptions to a run keep the test short: a verdict a line all the same.
            for first in range(0, 500, 50):
                data = b"".join(whole[first:first + 50])
                for form in ("lines", "ndjson"):
                    done = self.verify("--input", form, stdin=data)
                    self.assertIn(done.returncode, (0, 1), f"seed {seed}: {done.stderr}")
                    records = data.count(b"\n") + (not data.endswith(b"\n"))
                    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
                    self.assertEqual([v["record"] for v in verdicts], list(range(1, records + 1)), f"seed {seed}")


class Options(Case):
    def test_no_arguments_show_the_usage_and_fail(self):
        done = self.assay()
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"Usage: assay", done.stderr)

    def test_help_is_grouped_and_has_examples(self):
        for command in ([], ["verify"], ["inspect"], ["keygen"], ["mint"]):
            done = self.assay(*command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"Examples:", done.stdout, command)
        text = self.assay("verify", "--help").stdout.decode()
        at = [text.index("\n" + group + ":\n") for group in ("Keys", "Policy", "Input", "Output")]
        self.assertEqual(at, sorted(at))

    def test_inspect_help_warns_of_tokens_in_argv(self):
        self.assertIn("visible to other users", self.assay("inspect", "--help").stdout.decode())

    def test_version_names_what_this_build_is(self):
        text = self.assay("--version").stdout.decode()
        for part in ("assay 0.", "OpenSSL 3", "cpu", "backend   lanes ("):
            self.assertIn(part, text)

    def test_environment_chooses_backend_and_cpu(self):
        for variables, part in (({"ASSAY_BACKEND": "openssl"}, "backend   openssl\n"),
                                ({"ASSAY_BACKEND": "lanes", "ASSAY_CPU": "portable"}, "backend   lanes (portable)\n"),
                                ({"ASSAY_BACKEND": "abacus"}, "ASSAY_BACKEND")):
            self.assertIn(part, self.assay("--version", variables=variables).stdout.decode())
        self.assertRefused(self.verify(stdin="x\n", variables={"ASSAY_BACKEND": "abacus"}), "ASSAY_BACKEND", "abacus")

    def test_wrong_usage_is_one_line_that_names_the_option(self):
        for args, *parts in (
                (["--leeway", "-1"], "--leeway", "'-1'"), (["--leeway", "1.5"], "--leeway"), (["--threads", "0"], "--threads"),
                (["--max-token-bytes", "many"], "--max-token-bytes"), (["--at", "noon"], "--at", "RFC 3339"),
                (["--algorithm", "none"], "--algorithm", "'none'", "EdDSA"), (["--profile", "lax"], "--profile"),
                (["--format", "xml"], "--format", "ndjson|csv|ecs|none"), (["--only", "some"], "--only"),
                (["--input", "scan"], "--input"), (["--token-field", "token"], "--token-field", "RFC 6901"),
                (["--backend", "abacus"], "--backend", "auto|openssl|lanes"), (["--frob"], "--frob"),
                (["--table-memory", "much"], "--table-memory", "MiB or GiB"), (["--table-memory", "-1"], "--table-memory"),
                (["--table-memory", "9999999GiB"], "--table-memory"), (["--table-memory", "MiB"], "--table-memory"),
                (["--memo-memory", "x"], "--memo-memory", "MiB or GiB"), (["--no-memo", "--memo-memory", "1M"], "--no-memo"),
                (["--cross-check", "2"], "--cross-check", "0 to 1"), (["--cross-check", "nan"], "--cross-check"),
                (["--backend", "openssl", "--cross-check", "1"], "--backend", "nothing to cross-check"),
                (["--issuer"], "--issuer", "needs a value"), (["--issuer="], "--issuer"),
                (["--typ", ""], "--typ"), (["-o", ""], "--output"), (["--progress", "--quiet"], "--progress"),
                (["--carry", "a\nb"], "--carry"), (["--algorithm", "rs256"], "did you mean RS256?"),
                (["--profile", "Strict"], "did you mean strict?"), (["--format", "jsonl"], "--format", "ndjson")):
            with self.subTest(args):
                # quiet is one of the options under test
                self.assertRefused(self.verify(*args, stdin="x\n", quiet=False), "assay verify: ", *parts)
        self.assertRefused(self.assay("frobnicate"), "'frobnicate'")

    def test_no_keys_is_an_error(self):
        self.assertRefused(self.assay("verify"), "assay verify: no keys: give --jwks")

    def test_broken_keys_are_errors_that_name_the_file(self):
        self.write("bad.json", "{")
        self.assertRefused(self.assay("verify", "--jwks", "bad.json"), "bad.json")
        self.assertRefused(self.assay("verify", "--jwks", "none.json"), "none.json")
        self.assertRefused(self.assay("verify", "--public-key", "secret"), "secret")

    def test_unusable_key_is_reported_and_does_not_spoil_the_set(self):
        self.write("keys.json", compact({"keys": [jwk("weak", b"short"), jwk("good")]}))
        done = self.assay("verify", "--jwks", "keys.json", "--at", str(AT), "--quiet",
                          stdin=token({"alg": "HS256", "kid": "good"}) + "\n")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"keys.json", done.stderr)

    def test_a_source_without_a_usable_key_is_refused(self):
        self.write("keys.json", compact({"keys": [jwk("weak", b"short")]}))
        self.assertRefused(self.assay("verify", "--jwks", "keys.json", stdin="x\n"),
                           'keys.json: none of its 1 keys can be used: key 1 (kid "weak"): k has 5 bytes')

    def test_a_token_whose_key_was_skipped_learns_why(self):
        self.write("keys.json", compact({"keys": [{"kty": "RSA", "kid": "r", "n": "AQAB"}, jwk("good")]}))
        done = self.assay("verify", "--jwks", "keys.json", "--at", str(AT), "--quiet",
                          stdin=token({"alg": "RS256", "kid": "r"}) + "\n")
        verdict = json.loads(done.stdout)
        self.assertEqual(verdict["reason"], "key_not_found")
        self.assertEqual(verdict["detail"],
                         "the key with the token's kid cannot be used and was skipped: e is missing")

    def test_short_secrets_name_the_way_to_audit_a_server_that_took_them(self):
        self.write("short", "only-eighteen-char")
        self.assertRefused(self.assay("verify", "--secret-file", "short", stdin="x\n"), "has 18 bytes",
                           "to audit a server that took it: --profile fastmcp --algorithm HS256")
        self.assertEqual(self.assay("verify", "--secret-file", "short", "--profile", "fastmcp", "--algorithm", "HS256",
                                    stdin="x\n").returncode, 1)

    def test_secrets_in_utf16_without_a_byte_order_mark_are_named(self):
        for name in ("utf-16-le", "utf-16-be"):
            self.write("wide", SECRET.decode().encode(name))
            self.assertRefused(self.assay("verify", "--secret-file", "wide"), "wide: UTF-16", "iconv -f " + name.upper()[:6])

    def test_secrets_with_a_byte_order_mark_are_refused(self):
        self.write("bom", b"\xef\xbb\xbf" + SECRET)
        self.assertRefused(self.assay("verify", "--secret-file", "bom", stdin="x\n"), "bom: begins with a UTF-8")

    def test_values_are_taken_exactly(self):
        for value in ("[a,b]", "-x", " a ", "a=b", "%%", "{}"):
            self.assertEqual(self.verify("--issuer=" + value, stdin=token(iss=value) + "\n").returncode, 0, value)
            self.assertEqual(self.verify("--issuer", value, stdin=token(iss=value) + "\n").returncode, 0, value)

    def test_one_match_of_several_suffices(self):
        args = ["--issuer", "no", "--issuer", "https://idp.example.com", "--audience", "api", "--audience", "no"]
        self.assertEqual(self.verify(*args, stdin=token() + "\n").returncode, 0)

    def test_keys_of_several_sources_beside_several_issuers_are_noted(self):
        for name in ("a.json", "b.json"):
            self.write(name, compact({"keys": [jwk(name)]}))
        one, two = ["--jwks", "a.json"], ["--jwks", "a.json", "--jwks", "b.json"]
        first, second = ["--issuer", "https://idp.example.com"], ["--issuer", "other"]
        record = token({"alg": "HS256", "kid": "a.json"}) + "\n"
        for args, notes in ((two + first + second, 1), (one + first + second, 0), (two + first, 0), (two, 0)):
            done = self.assay("verify", *args, "--at", str(AT), "--quiet", stdin=record)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr.count(b"assay: every key given serves every --issuer; "), notes, args)
            self.assertEqual(done.stderr.count(b"\n"), notes, done.stderr)

    def test_scopes_are_split_at_spaces_and_commas(self):
        for args, code in ((["read write"], 0), (["read,write"], 0), (["read, admin"], 1)):
            self.assertEqual(self.verify("--require-scope", *args, stdin=token() + "\n").returncode, code, args)

    def test_leeway_and_time_of_judgement(self):
        for args, code in ((["--at", str(AT + 3599)], 0), (["--at", str(AT + 3600)], 1),
                           (["--at", "2026-09-21T15:13:20Z"], 1), (["--at", str(AT + 3600), "--leeway", "1"], 0),
                           (["--at", "now", "--leeway", "3155760000"], 0)):
            self.assertEqual(self.verify(*args, stdin=token() + "\n").returncode, code, args)

    def test_static_tokens_warn_and_are_looked_up(self):
        self.write("static.json", compact({"dev": {"client_id": "c", "scopes": ["a"], "expires_at": AT + 1}}))
        done = self.assay("verify", "--static-tokens", "static.json", "--at", str(AT), "--quiet", stdin="dev\nother\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"development only", done.stderr)
        first, second = map(json.loads, done.stdout.splitlines())
        self.assertEqual((first["client_id"], first["scopes"], first["expires_at"]), ("c", ["a"], AT + 1))
        self.assertEqual(second["reason"], "unknown_token")

    def test_profile_fastmcp_gives_its_own_verdicts(self):
        for version, ahead, code in (("fastmcp@3.4", 50, 0), ("fastmcp@4.1", 50, 0), ("fastmcp@4.2", 31, 1),
                                     ("fastmcp@4.2", 30, 0), ("fastmcp", 31, 1)):
            done = self.verify("--profile", version, "--algorithm", "HS256", stdin=token(nbf=AT + ahead) + "\n")
            self.assertEqual(done.returncode, code, (version, ahead))
        self.assertEqual(self.verify("--algorithm", "HS256", stdin=token(nbf=AT + 50) + "\n").returncode, 1)


class Filter(Case):
    """The program as a co-process, and its signals."""

    def ask(self, process, line):
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], DEADLINE)
        self.assertTrue(ready, "no answer while the pipe is open")
        return json.loads(process.stdout.readline())

    def filter(self, *args):
        return self.start("verify", *self.KEY, "--quiet", *args)

    def test_lone_records_are_answered_while_the_pipe_is_open(self):
        process = self.filter()
        for _ in range(3):
            self.assertTrue(self.ask(process, token())["valid"])
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), 0)

    @unittest.skipIf("TSAN_OPTIONS" in os.environ, TSAN_DELAYS_SIGNALS)
    def test_stop_signals_finish_and_exit_as_shells_expect(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.filter()
            self.ask(process, token())
            process.send_signal(number)
            self.assertEqual(process.wait(DEADLINE), code)
            self.assertEqual(process.stdout.read(), b"")

    @unittest.skipIf("TSAN_OPTIONS" in os.environ, TSAN_DELAYS_SIGNALS)
    def test_hangup_reloads_the_keys(self):
        process = self.filter()
        other = b"y" * 32
        self.assertFalse(self.ask(process, token(secret=other))["valid"])
        self.write("secret", other)
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + DEADLINE
        while not self.ask(process, token(secret=other))["valid"]:
            self.assertLess(time.monotonic(), deadline, "the new key was never used")
            time.sleep(0.01)

    @unittest.skipIf("TSAN_OPTIONS" in os.environ, TSAN_DELAYS_SIGNALS)
    def test_broken_new_keys_are_reported_and_the_old_stay(self):
        process = self.filter()
        self.assertTrue(self.ask(process, token())["valid"])
        os.remove(self.path("secret"))
        process.send_signal(signal.SIGHUP)
        self.assertTrue(self.ask(process, token())["valid"])
        ready, _, _ = select.select([process.stderr], [], [], DEADLINE)
        self.assertTrue(ready)
        self.assertIn(b"secret", process.stderr.readline())
        self.assertTrue(self.ask(process, token())["valid"])

    def test_closed_output_ends_the_run_quietly(self):
        self.write("in", (token() + "\n") * 20000)
        process = self.start("verify", *self.KEY, "in")
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(process.stderr.read(), b"")


class RotatingKeys(Case):
    """A key server that changes its keys, and one that does not answer."""

    def setUp(self):
        super().setUp()
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                test.requests += 1
                if test.hang:
                    self.connection.settimeout(DEADLINE)
                    try:
                        self.connection.recv(1)  # returns when the client gives up
                    except OSError:
                        pass
                    test.given_up += 1
                    return
                keys = [{"kty": "oct", "kid": kid, "k": b64url(SECRET)} for kid in test.kids]
                body = json.dumps({"keys": keys}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.requests, self.given_up, self.hang, self.kids = 0, 0, False, ["a"]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/jwks"

    def filter(self, *args):
        return self.start("verify", "--jwks", self.url, "--at", str(AT), "--quiet", *args)

    ask = Filter.ask

    def token(self, kid):
        return token(header={"alg": "HS256", "kid": kid})

    def wait_for(self, condition):
        deadline = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_token_of_a_new_key_is_judged_with_the_new_keys(self):
        process = self.filter()
        self.assertTrue(self.ask(process, self.token("a"))["valid"])
        self.kids = ["b"]
        self.assertTrue(self.ask(process, self.token("b"))["valid"])
        self.assertEqual(self.ask(process, self.token("a"))["reason"], "key_not_found")

    def test_unknown_kids_cost_three_fetches_in_an_interval(self):
        process = self.filter("--jwks-refetch", "3600", "--jwks-max-age", "3600")
        for _ in range(10):
            self.assertEqual(self.ask(process, self.token("x"))["reason"], "key_not_found")
        self.assertEqual(self.requests, 4)

    @unittest.skipIf("TSAN_OPTIONS" in os.environ, TSAN_DELAYS_SIGNALS)
    def test_a_reload_that_hangs_stops_neither_verdicts_nor_signals(self):
        process = self.filter("--threads", "1")
        self.assertTrue(self.ask(process, self.token("a"))["valid"])
        self.hang = True
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.requests == 2)
        self.assertTrue(self.ask(process, self.token("a"))["valid"])
        self.assertEqual(self.given_up, 0)  # the verdict came while the reload hung
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), 143)
        self.assertEqual(process.stderr.read(), b"")

    def test_refetch_options_are_checked(self):
        for flag in ("--jwks-refetch", "--jwks-max-age"):
            self.assertRefused(self.assay("verify", "--jwks", self.url, flag, "0", stdin="x\n"), flag)


class KeyPaths(Case):
    def test_a_named_pipe_given_as_a_key_file_is_refused_and_a_substitution_is_read(self):
        os.mkfifo(self.path("fifo"))
        self.assertRefused(self.assay("verify", "--secret-file", "fifo", stdin="x\n"), "fifo: is a named pipe")
        reader, writer = os.pipe()
        os.write(writer, SECRET)
        os.close(writer)
        done = self.assay("verify", "--secret-file", f"/dev/fd/{reader}", "--at", str(AT), "--quiet",
                          stdin=token() + "\n", pass_fds=[reader])
        os.close(reader)
        self.assertEqual(done.returncode, 0, done.stderr)

    @needs_few_descriptors
    def test_too_many_open_files_are_named_as_such(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))
        self.assertRefused(self.verify(stdin=token() + "\n", preexec_fn=limit), "secret", "Too many open files")


class Inspect(Case):
    def inspect(self, *args, stdin=b"", keys=True):
        return self.assay("inspect", *(self.KEY if keys else ("--at", str(AT))), *args, stdin=stdin)

    def test_accepted_token_golden(self):
        done = self.inspect(stdin="Bearer " + token() + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGolden("inspect_accepted.txt", done.stdout)

    def test_rejected_token_golden(self):
        text = token(exp=AT - 7200, aud=["a", "it's"], scope="read")
        done = self.inspect("--audience", "api", "--issuer", "x", "--require-scope", "admin", stdin=text)
        self.assertEqual(done.returncode, 1)
        self.assertGolden("inspect_rejected.txt", done.stdout)

    def test_without_keys_nothing_is_verified(self):
        done = self.inspect(stdin=token(), keys=False)
        self.assertEqual(done.returncode, 1)
        self.assertGolden("inspect_without_keys.txt", done.stdout)

    def test_advice_makes_the_check_pass(self):
        text = token(exp=AT - 7200)
        advice = self.inspect(stdin=text).stdout.decode()
        when = advice.split("--at ")[1].split(",")[0]
        leeway = advice.split("--leeway ")[1].split()[0]
        self.assertEqual(self.inspect("--at", when, stdin=text).returncode, 0)
        self.assertEqual(self.inspect("--leeway", leeway, stdin=text).returncode, 0)
        self.assertEqual(self.inspect("--leeway", str(int(leeway) - 1), stdin=text).returncode, 1)

    def test_advice_for_early_tokens_makes_the_check_pass(self):
        text = token(nbf=AT + 50)
        advice = self.inspect(stdin=text).stdout.decode()
        self.assertEqual(self.inspect("--at", advice.split("--at ")[1].split(",")[0], stdin=text).returncode, 0)
        self.assertEqual(self.inspect("--leeway", advice.split("--leeway ")[1].split()[0], stdin=text).returncode, 0)

    def test_token_may_be_an_argument(self):
        self.assertEqual(self.inspect(token()).returncode, 0)

    def test_colour_is_off_in_pipes_and_on_when_asked(self):
        self.assertNotIn(b"\x1b[", self.inspect(stdin=token()).stdout)
        self.assertIn(b"\x1b[", self.inspect("--color", "always", stdin=token()).stdout)

    def test_terminals_get_colour_unless_no_color_is_set(self):
        for no_color, coloured in ((None, True), ("", True), ("1", False)):
            controller, terminal = pty.openpty()
            env = self.environment()
            if no_color is not None:
                env["NO_COLOR"] = no_color
            process = subprocess.Popen([PROGRAM, "inspect", *self.KEY, token()], cwd=self.folder, env=env,
                                       stdin=subprocess.DEVNULL, stdout=terminal)
            self.assertEqual(process.wait(DEADLINE), 0)
            os.close(terminal)
            text = b""
            while True:
                try:
                    block = os.read(controller, 4096)
                except OSError:
                    break
                if not block:
                    break
                text += block
            os.close(controller)
            self.assertEqual(b"\x1b[" in text, coloured, no_color)

    def test_terminal_controls_of_a_token_are_escaped(self):
        done = self.inspect(stdin=token({"alg": "HS256", "kid": "\u001b]0;x\u0007\u202e"}, sub="\u009b31m", name="\u200b"))
        for control in ("\u001b", "\u0007", "\u202e", "\u009b", "\u200b"):
            self.assertNotIn(control, done.stdout.decode())

    def test_rubbish_is_rejected_and_never_fatal(self):
        chosen = random.Random(3)
        deep = sign(b'{"alg":"HS256"}', b"[" * 100000)
        rubbish = [b"", b".", b"..", b"....", b"\xff\xfe", b"a.b.c", b"x" * 100000, deep.encode(),
                   token(exp=None).replace(".", "").encode(), sign(compact(HEADER), b'{"exp":1e400}').encode(),
                   sign(b"{}", b"{}").encode(), sign(compact(HEADER), b'{"exp":-99999999999999999999}').encode()]
        rubbish += [bytes(chosen.randrange(256) for _ in range(chosen.randrange(200))) for _ in range(20)]
        for data in rubbish:
            for more in ([], ["--profile", "fastmcp", "--algorithm", "HS256"]):
                for keys in (True, False):
                    done = self.inspect(*more, stdin=data, keys=keys)
                    self.assertEqual((done.returncode, done.stderr), (1, b""), (data[:60], more, keys))

    # Tokens whose earliest fault another order of checks would miss: each with its profile and its reason.
    def faulty_tokens(self):
        header, payload, signature = token().split(".")
        none, unknown, other, critical, broken = (
            b64url(text) for text in (b'{"alg":"none"}', b'{"alg":"HS999"}', b'{"alg":"RS256"}',
                                      b'{"alg":"HS256","crit":[]}', b"{"))
        raw = b64url(b'{"alg":"HS256","b64":false,"crit":["b64"]}') + '.{"exp":1}.'
        return [
            # fastmcp limits the length of payload and signature.
            ("fastmcp", "token_too_large", f"{header}.{payload}." + "A" * 1028),
            ("fastmcp", "token_too_large", f"{header}." + "A" * 128004 + f".{signature}"),
            # The signature was masked or cut off. The payload has to be an object, the header has to name a known algorithm.
            ("strict", "malformed_token", f"{header}." + b64url(b"no JSON") + ".***"),
            ("strict", "malformed_token", f"{header}." + b64url(b"[]")),
            ("strict", "malformed_token", f"{header}." + b64url(compact(CLAIMS)[:-1]) + "."),
            ("strict", "signature_redacted", f"{critical}.{payload}."),
            ("strict", "signature_redacted", f"{critical}.{payload}.{signature[:20]}"),
            ("strict", "missing_token", "null"), ("strict", "token_redacted", "***"),
            ("strict", "other_credential", "Basic dXNlcjpwYXNz"), ("strict", "malformed_token", token() + ","),
            ("strict", "malformed_token", f"{unknown}.{payload}.***"),
            ("strict", "algorithm_not_allowed", f"{unknown}.{payload}."),
            ("strict", "algorithm_not_allowed", f"{none}.{payload}."),
            ("fastmcp", "signature_redacted", raw + "[REDACTED]"),
            # The payload is not base64url, and the header has a fault of its own.
            ("strict", "malformed_token", f"{unknown}.!.{signature}"),
            ("strict", "malformed_token", f"{critical}.{payload}=.{signature}"),
            ("fastmcp", "malformed_token", f"{other}.A.{signature}"),
            ("strict", "malformed_token", f"{broken}.A.{signature}"),
        ]

    def test_padded_tokens_name_the_option_that_judges_them(self):
        text = sign(b'{"alg":"HS256"}', compact(CLAIMS)) + "="
        shown = self.inspect(stdin=text).stdout.decode()
        self.assertIn("malformed_token: '=' padding, as AWS ALB writes it", shown)
        self.assertIn("--accept-padding", shown)
        self.assertEqual(self.inspect("--accept-padding", stdin=text).returncode, 0)
        refused = self.inspect("--accept-padding", "--profile", "fastmcp", "--algorithm", "HS256", stdin=text)
        self.assertRefused(refused, "--accept-padding", "FastMCP")

    def test_a_signature_of_the_wrong_length_is_not_called_altered(self):
        header, payload, signature = token().split(".")
        for text in (f"{header}.{payload}.{signature[:40]}", f"{header}.{payload}.{signature}AAAA"):
            shown = self.inspect(stdin=text).stdout.decode()
            self.assertIn("bytes; HS256 takes 32", shown)
            self.assertNotIn("altered", shown)
        shown = self.inspect(stdin=token({"alg": "HS256", "nonce": "n"}, secret=b"x" * 32)).stdout.decode()
        self.assertIn("nonce", shown.split("Checks")[1])
        self.assertNotIn("altered", shown)

    def test_keys_change_no_reason_that_needs_none(self):
        for profile, reason, text in self.faulty_tokens():
            options = ["--profile", profile, "--algorithm", "HS256", "--max-token-bytes", "1000000"]
            verdict = json.loads(self.assay("verify", *self.KEY, "--quiet", *options, stdin=text).stdout)
            self.assertEqual(verdict["reason"], reason, text[:120])
            for keys in (True, False):
                shown = self.inspect(*options, stdin=text, keys=keys).stdout.decode()
                self.assertEqual(shown.splitlines()[-1], f"rejected: {reason}", (text[:120], keys))
                self.assertIn(f"{reason}: {verdict['detail']}", shown)

    def test_wrong_options_are_one_line(self):
        self.assertRefused(self.inspect("--at", "record", stdin="x"), "assay inspect: --at")
        self.assertRefused(self.inspect("--color", "pink", stdin="x"), "--color")


class MadeKeys(Case):
    def test_minted_tokens_of_every_algorithm_verify(self):
        for algorithm in ("RS256", "PS384", "ES256", "ES384", "ES512", "Ed25519", "Ed448", "HS512"):
            with self.subTest(algorithm):
                public = [] if algorithm.startswith("HS") else ["--public", "pub"]
                made = self.assay("keygen", "--algorithm", algorithm, "--kid", "k", "--private", "priv", *public,
                                  "--jwks", "jwks", "--force")
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertEqual(stat.S_IMODE(os.stat(self.path("priv")).st_mode), 0o600)
                made = self.assay("mint", "--key", "priv", "--algorithm", algorithm, "--kid", "k", "--count", "3",
                                  "--seed", "1", "-o", "tokens")
                self.assertEqual(made.returncode, 0, made.stderr)
                done = self.assay("verify", "--jwks", "jwks", "--quiet", "tokens")
                self.assertEqual((done.returncode, done.stdout.count(b"\n")), (0, 3), done.stdout + done.stderr)
                if public:
                    self.assertEqual(self.assay("verify", "--public-key", "pub", "--quiet", "tokens").returncode, 0)


class Address(Case):
    def test_unreachable_key_set_is_an_error_that_names_the_address(self):
        with socket.socket() as taken:  # bound, not listening: connections are refused
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/jwks.json"
            self.assertRefused(self.assay("verify", "--jwks", url, stdin="x\n"), url, "Connection refused")
            done = self.assay("verify", "--jwks", url + "?token=hunter2", stdin="x\n")
            self.assertRefused(done, url + "?...")
            self.assertNotIn(b"hunter2", done.stderr)
            self.assertRefused(self.assay("verify", "--ssrf-safe", "--jwks", url, stdin="x\n"), "https")

    def test_key_sets_over_plain_http_are_refused_beyond_loopback(self):
        self.assertRefused(self.assay("verify", "--jwks", "http://192.0.2.1/jwks.json", stdin="x\n"), "https")


if __name__ == "__main__":
    unittest.main()
