"""Situations that people met in the field, re-created in data/field, and others of the same kinds.

Each class is one situation; its folder's README tells of it and links the reports. Run by ctest, or:
ASSAY_PROGRAM=build/release/assay tests/field/field_test.py [CLASS]
"""
import base64
import hashlib
import json
import re
import unittest

from field_support import (AT, CLAIMS, FieldCase, armour, b64url, certificate, compact, hs256, key, sign, thumbprint)


def decode(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def key_set(*keys):
    return json.dumps({"keys": list(keys)})


class Case01AlbPadding(FieldCase):
    FOLDER = "01-alb-padding"

    def padded(self, payload):
        """A token as the load balancer signs it: the padded text of both segments."""
        padded = lambda data: base64.urlsafe_b64encode(data).decode()
        signing_input = padded(compact({"alg": "ES256", "kid": "e"})) + "." + padded(compact(payload))
        return signing_input + "." + padded(key("P-256").sign(signing_input.encode(), "ES256"))

    def test_padding_is_named_and_so_is_the_option_that_judges_it(self):
        self.assertRejected(self.one("--public-key", "alb.pem", "tokens.txt"), "malformed_token", r"pad", r"=")
        self.assertIn("--accept-padding", self.inspect("--public-key", "alb.pem", stdin=self.text("tokens.txt")))

    def test_the_option_judges_the_padded_text_as_it_was_signed(self):
        self.assertAccepted(self.one("--public-key", "alb.pem", "--accept-padding", "tokens.txt"))
        altered = self.text("tokens.txt").replace("YWxpY2U", "YWxpY2V")
        self.assertNotEqual(altered, self.text("tokens.txt"))
        self.assertRejected(self.one("--public-key", "alb.pem", "--accept-padding", stdin=altered), "signature_invalid")

    def test_padding_in_every_segment(self):
        self.write("e.pem", key("P-256").pem)
        for claims in ({**CLAIMS, "x": "p" * n} for n in range(4)):
            token = self.padded(claims)
            with self.subTest(padding=token.count("=")):
                # 64 bytes of signature end in ==, whatever the payload.
                self.assertRejected(self.one("--public-key", "e.pem", stdin=token), "malformed_token", r"pad")
                self.assertAccepted(self.one("--public-key", "e.pem", "--accept-padding", stdin=token))
                without = token.replace("=", "")
                if "=" in token.rpartition(".")[0]:
                    self.assertRejected(self.one("--public-key", "e.pem", "--accept-padding", stdin=without),
                                        "signature_invalid")

    def test_an_hmac_signature_with_padding(self):
        secret = b"0123456789abcdef0123456789abcdef"
        self.write("s", secret)
        token = hs256(secret) + "="
        self.assertRejected(self.one("--secret-file", "s", stdin=token), "malformed_token", r"pad")
        self.assertAccepted(self.one("--secret-file", "s", "--accept-padding", stdin=token))

    def test_the_option_takes_ordinary_tokens_and_no_other_fault(self):
        self.write("e.pem", key("P-256").pem)
        good = key("P-256").token("ES256")
        self.assertAccepted(self.one("--public-key", "e.pem", "--accept-padding", stdin=good))
        header, payload, signature = good.split(".")
        for text in (good + "===", good + "====", f"{header}.{payload[:5]}={payload[5:]}.{signature}", f"={good}"):
            with self.subTest(text[-30:]):
                self.assertFalse(self.one("--public-key", "e.pem", "--accept-padding", stdin=text)["valid"])


class Case02DerSignature(FieldCase):
    FOLDER = "02-der-signature"

    def test_the_length_is_named_and_der_where_it_is_der(self):
        der, short, good, wrong = self.verify("--public-key", "ec.pem", "tokens.txt").verdicts
        self.assertRejected(der, "signature_invalid", r"\b71\b", r"\b64\b", r"\bDER\b")
        self.assertRejected(short, "signature_invalid", r"\b63\b", r"\b64\b")
        self.assertAccepted(good)
        self.assertRejected(wrong, "signature_invalid")
        self.assertNotRegex(wrong["detail"], r"\bDER\b")

    def test_inspect_does_not_speak_of_alteration_where_the_shape_is_wrong(self):
        for line in self.lines("tokens.txt")[:2]:
            told = self.inspect("--public-key", "ec.pem", stdin=line)
            self.assertIn("FAILED", told)
            self.assertNotIn("altered", told)

    def test_der_of_the_other_curves(self):
        for curve, algorithm, needed in (("P-384", "ES384", 96), ("P-521", "ES512", 132)):
            with self.subTest(curve):
                self.write("k.pem", key(curve).pem)
                token = key(curve).token(algorithm, der=True)
                found = len(decode(token.split(".")[2]))
                self.assertRejected(self.one("--public-key", "k.pem", stdin=token), "signature_invalid",
                                    rf"\b{found}\b", rf"\b{needed}\b", "DER")

    def test_lengths_that_cannot_be_right(self):
        cases = (("P-256", "ES256", lambda s: s + b"\0", 65, 64), ("P-384", "ES384", lambda s: s[1:48] + s[49:], 94,
                                                                   96),
                 ("Ed25519", "EdDSA", lambda s: s + s[:1], 65, 64), ("RSA", "RS256", lambda s: b"\0" + s, 257, 256))
        for kind, algorithm, change, found, needed in cases:
            with self.subTest(algorithm):
                self.write("k.pem", key(kind).pem)
                verdict = self.one("--public-key", "k.pem", stdin=key(kind).token(algorithm, change=change))
                self.assertRejected(verdict, "signature_invalid", rf"\b{found}\b", rf"\b{needed}\b")
                self.assertNotIn("DER", verdict["detail"])

    def test_an_hmac_of_another_hash(self):
        secret = b"0123456789abcdef" * 4
        self.write("s", secret)
        header, payload, _ = hs256(secret).split(".")
        for length, reasons in ((20, ("signature_invalid", "signature_redacted")), (48, "signature_invalid"),
                                (64, "signature_invalid")):
            text = f"{header}.{payload}.{b64url(b'm' * length)}"
            self.assertRejected(self.one("--secret-file", "s", stdin=text), reasons, rf"\b{length}\b", r"\b32\b")


class Case03CutToken(FieldCase):
    FOLDER = "03-cut-token"

    def assertCutInSignature(self, verdict, needed):
        if verdict["reason"] != "signature_redacted":
            self.assertRejected(verdict, "signature_invalid", r"\b\d+\b.*\bbytes", rf"\b{needed}\b")

    def test_a_cut_within_the_payload_is_told_alike_at_every_length(self):
        verdicts = self.verify("--public-key", "ec.pem", "tokens.txt").verdicts
        for verdict in verdicts[:5]:
            self.assertRejected(verdict, "malformed_token", "payload", r"\bcut|\bends")
        for line in self.lines("tokens.txt")[:5]:
            for keys in ([], ["--public-key", "ec.pem"]):
                told = self.inspect(*keys, stdin=line)
                self.assertIn("malformed_token", told)
                self.assertNotIn("signature_redacted", told)
                self.assertNotIn("are whole", told)

    def test_a_cut_within_the_signature(self):
        verdicts = self.verify("--public-key", "ec.pem", "tokens.txt").verdicts
        self.assertEqual(len(verdicts), 16)
        for verdict in verdicts[5:13]:
            self.assertCutInSignature(verdict, 64)

    def test_both_ends_kept_is_no_jwe(self):
        for verdict in self.verify("--public-key", "ec.pem", "tokens.txt").verdicts[13:]:
            self.assertRejected(verdict, ("malformed_token", "signature_redacted"))

    def test_an_rsa_token_cut_anywhere(self):
        self.write("rsa.pem", key("RSA").pem)
        token = key("RSA").token("RS256")
        head, payload = token.split(".")[:2]
        start, end = len(head) + 1, len(head) + 1 + len(payload)
        within = [token[:n] for n in range(start + 5, end - 1)]
        for verdict in self.verify("--public-key", "rsa.pem", stdin="\n".join(within)).verdicts:
            self.assertRejected(verdict, "malformed_token", "payload", r"\bcut|\bends")
        after = [token[:n] for n in range(end, len(token))]
        for verdict in self.verify("--public-key", "rsa.pem", stdin="\n".join(after)).verdicts:
            self.assertCutInSignature(verdict, 256)

    def test_masks_in_place_of_the_signature(self):
        head = key("P-256").token("ES256").rpartition(".")[0]
        masks = ["", ".*", ".***", ".xxxxx", ".XXXX", ".…", ".[REDACTED]", ".<redacted>", "....", ".[signature]"]
        for mask, verdict in zip(masks, self.verify("--public-key", "ec.pem",
                                                    stdin="\n".join(head + m for m in masks)).verdicts):
            with self.subTest(mask):
                self.assertRejected(verdict, "signature_redacted")

    def test_five_segments_are_a_jwe_only_with_enc(self):
        jwe = b64url(compact({"alg": "RSA-OAEP", "enc": "A256GCM"})) + ".AAAA.AAAA.AAAA.AAAA"
        self.assertRejected(self.one("--public-key", "ec.pem", stdin=jwe), "encrypted_token")
        jws = key("P-256").token("ES256")
        for text in (jws + ".AAAA.AAAA", "eyJh....3C4Q", "eyJhbGciOi.....", "a.b.c.d.e"):
            verdict = self.one("--public-key", "ec.pem", stdin=text)
            self.assertFalse(verdict["valid"])
            self.assertNotEqual(verdict["reason"], "encrypted_token")


class Case04AllKeysSkipped(FieldCase):
    FOLDER = "04-all-keys-skipped"
    BROKEN_RSA = {"kty": "RSA", "n": "qJCqC7X9WAOexEcvhK8Jlg", "kid": "k1"}

    def test_a_set_without_a_usable_key_ends_the_run(self):
        self.assertStopped(self.verify("--jwks", "none.json", "token.txt"), r"none\.json",
                           r"none of its 1 key|no usable key|cannot be used", r"\be\b")

    def test_a_token_that_names_a_skipped_key_is_told_so(self):
        run = self.verify("--jwks", "mixed.json", "token.txt")
        self.assertEqual(run.code, 1)
        self.assertRejected(run.verdicts[0], "key_not_found", r"skipped|cannot be used")
        self.assertSaysOnce(run, r"mixed\.json.*skipped")

    def test_two_broken_keys_and_an_unknown_type(self):
        self.write("two.json", key_set(self.BROKEN_RSA, {"kty": "EC", "crv": "P-256", "kid": "k2"}))
        self.assertStopped(self.verify("--jwks", "two.json", "token.txt"), r"two\.json",
                           r"none of its 2 keys|no usable key")
        self.write("akp.json", key_set({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "k1"}))
        self.assertStopped(self.verify("--jwks", "akp.json", "token.txt"), r"akp\.json", "AKP|kty")

    def test_a_weak_key_is_skipped_and_its_tokens_told(self):
        self.write("weak.json", key_set(key("RSA-1024").jwk(kid="weak"), key("P-256").jwk(kid="good")))
        weak = key("RSA-1024").token("RS256", header={"kid": "weak"})
        good = key("P-256").token("ES256", header={"kid": "good"})
        absent = key("P-256").token("ES256", header={"kid": "absent"})
        run = self.verify("--jwks", "weak.json", stdin="\n".join((weak, good, absent)))
        self.assertRejected(run.verdicts[0], "key_not_found", r"skipped|cannot be used")
        self.assertAccepted(run.verdicts[1])
        self.assertRejected(run.verdicts[2], "key_not_found")
        self.assertNotRegex(run.verdicts[2]["detail"], r"skipped|cannot be used")


class Case05NullMembers(FieldCase):
    FOLDER = "05-null-members"

    def test_members_that_are_null_count_as_absent(self):
        run = self.verify("--jwks", "nulls.json", "token.txt")
        self.assertAccepted(*run.verdicts)
        self.assertEqual(run.code, 0)

    def test_empty_lists(self):
        run = self.verify("--jwks", "empty.json", "token.txt")
        self.assertNotIn("two primes", run.error)
        if run.code != 0:
            self.assertSays(run, "key_ops is empty")

    def test_empty_oth_and_x5c_say_nothing(self):
        self.write("k.json", key_set(key("RSA").jwk(kid="k", oth=[], x5c=[])))
        run = self.verify("--jwks", "k.json", stdin=key("RSA").token("RS256", header={"kid": "k"}))
        self.assertAccepted(*run.verdicts)
        self.assertEqual((run.code, run.error), (0, ""))

    def test_null_members_of_other_key_types(self):
        for kind, algorithm in (("P-256", "ES256"), ("Ed25519", "EdDSA")):
            for more in ({"use": None, "alg": None, "key_ops": None}, {"d": None, "n": None, "e": None, "k": None},
                         {"kid": None}, {"x5t#S256": None}):
                with self.subTest(kind, **more):
                    self.write("k.json", key_set(key(kind).jwk(**more)))
                    self.assertAccepted(self.one("--jwks", "k.json", stdin=key(kind).token(algorithm)))

    def test_a_null_member_that_is_needed_is_missing(self):
        for member in ("n", "e", "kty"):
            with self.subTest(member):
                self.write("k.json", key_set(key("RSA").jwk(**{member: None})))
                self.assertStopped(self.verify("--jwks", "k.json", "token.txt"),
                                   rf"\b{member}\b.*(missing|lacks|absent|no)|(missing|lacks|no) {member}\b")


class Case06NumberEncoding(FieldCase):
    FOLDER = "06-number-encoding"

    def assertTakenOrNamed(self, run, pattern):
        """The number is taken with one note, or the key is skipped with the exact fault. Never is the algorithm blamed."""
        self.assertSays(run, pattern)
        if run.code == 2:
            return
        (verdict,) = run.verdicts
        if not verdict["valid"]:
            self.assertRejected(verdict, "key_not_found")

    def test_the_right_number_in_another_dress(self):
        for name, pattern in (("zero", r"\bn\b.*(zero|leading)"), ("pad", r"\bn\b.*(pad|=)"),
                              ("std", r"\bn\b.*(standard base64|base64url|alphabet)"), ("uaa", r"SHA256withRSA")):
            with self.subTest(name):
                self.assertTakenOrNamed(self.verify("--jwks", f"{name}.json", "token.txt"), pattern)
        self.assertTakenOrNamed(self.verify("--jwks", "x31.json", "ectoken.txt"), r"\bx\b.*\b31\b")

    def test_the_algorithm_in_javas_words_is_named_with_ours(self):
        self.assertSays(self.verify("--jwks", "uaa.json", "token.txt"), r"SHA256withRSA", r"\bRS256\b")

    def test_a_zero_byte_before_e_and_a_coordinate(self):
        self.write("e.json", key_set(key("RSA").jwk(e="AAEAAQ")))
        self.assertTakenOrNamed(self.verify("--jwks", "e.json", stdin=key("RSA").token("RS256")),
                                r"\be\b.*(zero|leading)")
        members = key("P-256").jwk()
        self.write("x.json", key_set({**members, "x": b64url(b"\0" + decode(members["x"]))}))
        self.assertTakenOrNamed(self.verify("--jwks", "x.json", stdin=key("P-256").token("ES256")),
                                r"\bx\b.*(\b33\b|zero|leading)")

    def test_padding_and_the_other_alphabet_in_coordinates(self):
        members = key("Ed25519").jwk()
        self.write("o.json", key_set({**members, "x": members["x"] + "="}))
        self.assertTakenOrNamed(self.verify("--jwks", "o.json", stdin=key("Ed25519").token("EdDSA")), r"\bx\b.*(pad|=)")
        number = 0
        while not set("-_") & set(key("P-256", number).jwk()["y"]):
            number += 1
        pair = key("P-256", number)
        members = pair.jwk()
        self.write("y.json", key_set({**members, "y": members["y"].replace("-", "+").replace("_", "/")}))
        self.assertTakenOrNamed(self.verify("--jwks", "y.json", stdin=pair.token("ES256")),
                                r"\by\b.*(standard base64|base64url|alphabet)")

    def test_another_number_is_never_taken(self):
        members = key("RSA").jwk()
        for changed in ({"n": b64url(decode(members["n"])[:-1])}, {"n": b64url(decode(members["n"]) + b"\0")},
                        {"e": "Aw"}):
            self.write("n.json", key_set({**members, **changed}))
            run = self.verify("--jwks", "n.json", stdin=key("RSA").token("RS256"))
            self.assertNotEqual(run.code, 0)
        point = key("P-256").jwk()
        self.write("p.json", key_set({**point, "x": b64url(decode(point["x"])[1:])}))
        self.assertNotEqual(self.verify("--jwks", "p.json", stdin=key("P-256").token("ES256")).code, 0)


class Case07SpiffeUse(FieldCase):
    FOLDER = "07-spiffe-use"

    def test_a_jwt_svid_is_accepted_and_the_certificates_key_signs_no_token(self):
        run = self.verify("--jwks", "bundle.json", "--audience", "spiffe://td.example/api", "token.txt", "wrong.txt")
        self.assertAccepted(run.verdicts[0])
        self.assertRejected(run.verdicts[1], ("key_not_found", "key_mismatch"))
        self.assertLessEqual(run.error.count("\n"), 1, run.error)

    def test_every_other_use_excludes_the_key_with_a_note(self):
        for use in ("enc", "SIG", "x509-svid", "jwt", ""):
            with self.subTest(use):
                self.write("k.json", key_set(key("P-256").jwk(kid="a", use=use),
                                             key("P-256", 1).jwk(kid="b", use="sig")))
                run = self.verify("--jwks", "k.json", stdin=key("P-256").token("ES256", header={"kid": "a"}))
                self.assertRejected(run.verdicts[0], ("key_not_found", "key_mismatch"))
                self.assertSaysOnce(run, r"\buse\b")

    def test_a_bundle_of_certificates_only_has_no_usable_key(self):
        self.write("k.json", key_set(key("P-256").jwk(kid="a", use="x509-svid")))
        self.assertStopped(self.verify("--jwks", "k.json", "token.txt"), r"k\.json", "use|x509-svid")

    def test_both_uses_for_signatures(self):
        for use in ("sig", "jwt-svid"):
            for kind, algorithm in (("P-256", "ES256"), ("RSA", "RS256"), ("Ed25519", "EdDSA")):
                self.write("k.json", key_set(key(kind).jwk(kid="a", use=use)))
                run = self.verify("--jwks", "k.json", stdin=key(kind).token(algorithm, header={"kid": "a"}))
                self.assertAccepted(*run.verdicts)
                self.assertEqual(run.error, "")


class Case08NotAJwks(FieldCase):
    FOLDER = "08-not-a-jwks"

    def test_a_map_from_kid_to_pem_is_read(self):
        for name in ("certs.json", "pub.json"):
            with self.subTest(name):
                self.assertAccepted(self.one("--jwks", name, "token.txt"))

    def test_other_documents_are_named_with_the_mend(self):
        for name, patterns in (("discovery.json", [r"https://idp\.example/keys"]), ("login.html", ["HTML"]),
                               ("list.json", ["list|array", r'\{"keys":'])):
            with self.subTest(name):
                self.assertStopped(self.verify("--jwks", name, "token.txt"), re.escape(name), *patterns)

    def test_a_map_serves_each_key_under_its_kid(self):
        self.write("map.json", json.dumps({"a": key("RSA").pem, "b": key("P-256").pem}))
        tokens = [key("RSA").token("RS256", header={"kid": "a"}), key("P-256").token("ES256", header={"kid": "b"}),
                  key("RSA").token("RS256", header={"kid": "b"}), key("RSA").token("RS256", header={"kid": "c"})]
        run = self.verify("--jwks", "map.json", stdin="\n".join(tokens))
        self.assertAccepted(*run.verdicts[:2])
        self.assertFalse(run.verdicts[2]["valid"])
        self.assertRejected(run.verdicts[3], "key_not_found")

    def test_one_broken_pem_does_not_spoil_a_map(self):
        self.write("map.json", json.dumps({"a": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                                           "b": key("P-256").pem}))
        run = self.verify("--jwks", "map.json", stdin=key("P-256").token("ES256", header={"kid": "b"}))
        self.assertAccepted(*run.verdicts)
        self.assertSaysOnce(run, r"skipped")

    def test_other_pages_and_other_discovery_documents(self):
        for name, content, patterns in (
                ("page", "<html><body>502 Bad Gateway</body></html>", ["HTML"]),
                ("late", "\n\n  <!doctype html>\n<title>x</title>", ["HTML"]),
                ("meta", json.dumps({"jwks_uri": "https://a.example/jwks", "issuer": "https://a.example"}),
                 [r"https://a\.example/jwks"]), ("empty", "", ["empty|expected a value|nothing"]),
                ("lists", "[]", ["list|array"]), ("error", '{"error":"not_found"}', [r'\{"keys":'])):
            with self.subTest(name):
                self.write(name, content)
                self.assertStopped(self.verify("--jwks", name, "token.txt"), name, *patterns)


class Case09X5tOnly(FieldCase):
    FOLDER = "09-x5t-only"

    def test_x5t_chooses_the_key(self):
        self.assertAccepted(*self.verify("--jwks", "jwks.json", "tokens.txt").verdicts)
        first, second = self.verify("--jwks", "one.json", "tokens.txt").verdicts
        self.assertAccepted(first)
        self.assertRejected(second, "key_not_found", "x5t")

    def test_x5t_of_sha256(self):
        prints = [thumbprint(certificate(key("RSA", n), "leaf"), hashlib.sha256) for n in range(2)]
        self.write("k.json", key_set(*(key("RSA", n).jwk(**{"x5t#S256": prints[n]}) for n in range(2))))
        tokens = [key("RSA", n).token("RS256", header={"x5t#S256": prints[n]}) for n in range(2)]
        self.assertAccepted(*self.verify("--jwks", "k.json", stdin="\n".join(tokens)).verdicts)
        crossed = key("RSA", 0).token("RS256", header={"x5t#S256": prints[1]})
        self.assertFalse(self.one("--jwks", "k.json", stdin=crossed)["valid"])

    def test_the_digest_of_x5c_counts(self):
        certificates = [certificate(key("RSA", n), "leaf") for n in range(2)]
        self.write("k.json", key_set(*(key("RSA", n).jwk(x5c=[base64.b64encode(certificates[n]).decode()])
                                       for n in range(2))))
        tokens = [key("RSA", 0).token("RS256", header={"x5t": thumbprint(certificates[0])}),
                  key("RSA", 1).token("RS256", header={"x5t#S256": thumbprint(certificates[1], hashlib.sha256)})]
        self.assertAccepted(*self.verify("--jwks", "k.json", stdin="\n".join(tokens)).verdicts)

    def test_no_match_and_no_name(self):
        unknown = key("RSA").token("RS256", header={"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"})
        self.write("k.json", key_set(key("RSA").jwk(x5t="3q1IQ1IOV_onyJb3E5esVoa9mAE"),
                                     key("RSA", 1).jwk(x5t="GjEum2SWuSgoFv20O2wt_j6SadU")))
        self.assertRejected(self.one("--jwks", "k.json", stdin=unknown), "key_not_found", "x5t")
        self.assertRejected(self.one("--jwks", "k.json", stdin=key("RSA").token("RS256")), "key_ambiguous")

    def test_kid_comes_first(self):
        self.write("k.json", key_set(key("RSA").jwk(kid="a", x5t="3q1IQ1IOV_onyJb3E5esVoa9mAE"),
                                     key("RSA", 1).jwk(kid="b", x5t="GjEum2SWuSgoFv20O2wt_j6SadU")))
        token = key("RSA").token("RS256", header={"kid": "a", "x5t": "GjEum2SWuSgoFv20O2wt_j6SadU"})
        self.assertAccepted(self.one("--jwks", "k.json", stdin=token))


class Case10RecordTimes(FieldCase):
    FOLDER = "10-record-times"
    OPTIONS = ["--public-key", "rsa.pem", "--at", "record", "--time-field", "/ts"]

    def judged(self, *times, options=()):
        """Verdicts of the same token at these times, given as JSON values."""
        token = json.loads(self.lines("access.ndjson")[0])["token"]
        records = "\n".join(json.dumps({"ts": time, "token": token}) for time in times)
        return self.verify(*self.OPTIONS, *options, stdin=records, at=None).verdicts

    def test_times_without_doubt_are_read(self):
        verdicts = self.verify(*self.OPTIONS, "--carry", "/ts", "access.ndjson", at=None).verdicts
        self.assertEqual(len(verdicts), 11)
        self.assertAccepted(*verdicts[:7])
        for verdict in verdicts[7:9]:
            self.assertRejected(verdict, "missing_time", r"\bzone\b")
        self.assertRejected(verdicts[9], "missing_time", r"['\"]-['\"]|\B-\B", "RFC 3339|Unix|read")
        self.assertRejected(verdicts[10], "missing_time", "seconds|object", "RFC 3339|Unix|read")

    def test_other_forms_of_the_same_moment(self):
        for time in ("2026-09-21T14:00:00Z", "2026-09-21t14:00:00z", "2026-09-21 14:00:00Z",
                     "2026-09-21T14:00:00.123456789Z", "2026-09-21T14:00:00.1Z", "2026-09-21T14:00:00,5Z",
                     "2026-09-21T16:00:00+02:00", "2026-09-21T10:00:00-0400", "2026-09-21T19:30:00+05:30",
                     "20260921T140000Z", "21/Sep/2026:14:00:00 +0000", "Mon, 21 Sep 2026 14:00:00 +0000",
                     "Mon, 21 Sep 2026 14:00:00 GMT", "/Date(1789999200000)/", "2026-09-21T16:00+02:00",
                     "2026-09-21T16:00:00+02:00[Europe/Berlin]", 1789999200, 1789999200.25, 1789999200000,
                     1789999200000000, 1789999200000000000, "1789999200", "1789999200.5", "1789999200123",
                     "1789999200123456", "1789999200123456789"):
            with self.subTest(time):
                self.assertAccepted(*self.judged(time))

    def test_the_offset_counts(self):
        for time in ("2026-09-21T14:00:00+02:00", "2026-09-21T14:00:00 -0400", "21/Sep/2026:14:00:00 +0300"):
            with self.subTest(time):
                self.assertRejected(self.judged(time)[0], ("token_expired", "token_not_yet_valid"))

    def test_times_that_lack_a_zone(self):
        for time in ("2026-09-21T14:00:00", "2026-09-21 14:00:00.5", "2026/09/21 14:00:00", "21/Sep/2026:14:00:00.123"):
            with self.subTest(time):
                self.assertRejected(self.judged(time)[0], "missing_time", r"\bzone\b")

    def test_a_zone_that_is_told(self):
        for time, zone in (("2026-09-21T14:00:00", "UTC"), ("2026-09-21 16:00:00,5", "+02:00"),
                           ("2026/09/21 14:00:00", "UTC")):
            with self.subTest(time):
                self.assertAccepted(*self.judged(time, options=["--time-zone", zone]))

    def test_impossible_times_are_none(self):
        for time in ("2026-02-30T14:00:00Z", "2026-09-21T25:00:00Z", "2026-09-21T14:00:00+01:60",
                     "2026-13-01T00:00:00Z", "yesterday", "", None, True, []):
            with self.subTest(time):
                self.assertRejected(self.judged(time)[0], "missing_time")

    def test_the_detail_shows_the_value_that_cannot_be_read(self):
        self.assertRejected(self.judged("yesterday")[0], "missing_time", "yesterday")
        self.assertRejected(self.judged("2026-02-30T14:00:00Z")[0], "missing_time", "2026-02-30")


class Case11BannerFirst(FieldCase):
    FOLDER = "11-banner-first"
    KEY = ["--public-key", "rsa.pem"]

    def test_every_line_has_its_own_form(self):
        verdicts = self.verify(*self.KEY, "app.log").verdicts
        self.assertEqual([verdict["valid"] for verdict in verdicts], [False, True, True, True, True, False])
        verdicts = self.verify(*self.KEY, "blank.log").verdicts
        self.assertEqual([verdict["valid"] for verdict in verdicts], [False, True, True, True, True])
        self.assertEqual(verdicts[0]["reason"], "missing_token")
        self.assertAccepted(*self.verify(*self.KEY, "tokens.txt", "more.ndjson").verdicts)
        self.assertAccepted(*self.verify(*self.KEY, "more.ndjson", "tokens.txt").verdicts)

    def test_a_token_among_records_and_a_record_among_tokens(self):
        record, token = self.lines("more.ndjson")[0], self.lines("tokens.txt")[0]
        for lines in ([record, token, record], [token, record, token], ["", "#", record, token, "}", record]):
            verdicts = self.verify(*self.KEY, stdin="\n".join(lines)).verdicts
            self.assertEqual([verdict["valid"] for verdict in verdicts], [line in (record, token) for line in lines])

    def test_records_of_one_sort_when_told(self):
        record, token = self.lines("more.ndjson")[0], self.lines("tokens.txt")[0]
        verdicts = self.verify(*self.KEY, "--input", "ndjson", stdin=f"{record}\n{token}\n").verdicts
        self.assertAccepted(verdicts[0])
        self.assertRejected(verdicts[1], "malformed_record")
        verdicts = self.verify(*self.KEY, "--input", "lines", stdin=f"{record}\n{token}\n").verdicts
        self.assertFalse(verdicts[0]["valid"])
        self.assertAccepted(verdicts[1])

    def test_a_line_that_begins_with_a_brace_and_is_no_json(self):
        verdicts = self.verify(*self.KEY, stdin="{not json\n" + self.lines("tokens.txt")[0]).verdicts
        self.assertRejected(verdicts[0], "malformed_record")
        self.assertAccepted(verdicts[1])


class Case12JsonNotLines(FieldCase):
    FOLDER = "12-json-not-lines"
    KEY = ["--public-key", "rsa.pem"]

    def assertToldOrRead(self, run, pattern, count=4):
        """The mend is told once, or all the records are read."""
        if run.code == 0:
            self.assertEqual(len(run.verdicts), count)
        else:
            self.assertSaysOnce(run, pattern)

    def test_each_is_told_once_with_its_mend(self):
        for name, pattern in (("array.json", r"array.*jq .*\.\[\]"), ("pretty.json", r"jq -c \.|jq -c '\.'"),
                              ("strings.json", r"jq -r"), ("wrapped.json", r"jq .*Records")):
            with self.subTest(name):
                self.assertToldOrRead(self.verify(*self.KEY, name), pattern)

    def test_an_array_never_becomes_one_bad_token(self):
        run = self.verify(*self.KEY, "array.json")
        self.assertNotIn("not three segments", run.output)

    def test_arrays_in_other_layouts(self):
        records = [json.loads(line) for line in json.dumps(json.loads(self.text("array.json"))).splitlines()][0]
        tokens = [record["token"] for record in records]
        for name, content in (("indented", json.dumps(records, indent=2)), ("tokens", json.dumps(tokens)),
                              ("late", "\n " + json.dumps(records))):
            with self.subTest(name):
                self.write(name, content)
                self.assertToldOrRead(self.verify(*self.KEY, name), r"array.*jq .*\.\[\]")

    def test_other_wrappers_and_quotes(self):
        records = json.loads(self.text("array.json"))
        self.write("azure", json.dumps({"records": records}))
        self.assertToldOrRead(self.verify(*self.KEY, "azure"), r"jq .*records")
        self.write("tabs", "".join(json.dumps(record, indent="\t") + "\n" for record in records))
        self.assertToldOrRead(self.verify(*self.KEY, "tabs"), r"jq -c")
        self.write("quoted", "".join(f'"{record["token"]}"\n' for record in records * 30))
        self.assertToldOrRead(self.verify(*self.KEY, "quoted"), r"jq -r", 120)

    def test_ordinary_records_are_told_nothing(self):
        records = json.loads(self.text("array.json"))
        self.write("lines", "".join(json.dumps(record) + "\n" for record in records))
        run = self.verify(*self.KEY, "lines")
        self.assertAccepted(*run.verdicts)
        self.assertEqual(run.error, "")


class Case13Encodings(FieldCase):
    FOLDER = "13-encodings"
    KEY = ["--public-key", "rsa.pem"]

    def test_utf16_is_named(self):
        run = self.verify(*self.KEY, "tokens-utf16.txt")
        if run.code != 0:
            self.assertStopped(run, "UTF-16", "iconv")
        self.assertStopped(self.verify("--jwks", "jwks-utf16.json", "token.txt"), r"jwks-utf16\.json", "UTF-16")
        self.assertStopped(self.verify("--public-key", "key-utf16.pem", "token.txt"), r"key-utf16\.pem", "UTF-16")

    def test_a_byte_order_mark_is_skipped(self):
        self.assertAccepted(self.one("--jwks", "jwks-bom.json", "token.txt"))
        mark = b"\xef\xbb\xbf"
        token = self.read("token.txt")
        record = json.dumps({"token": token.decode().strip()}).encode()
        for name, content in (("tokens", mark + token), ("records", mark + record)):
            self.write(name, content)
            self.assertAccepted(self.one(*self.KEY, name))
        self.write("key", mark + self.read("rsa.pem"))
        self.assertAccepted(self.one("--public-key", "key", "token.txt"))

    def test_a_secret_with_a_mark_does_not_fail_in_silence(self):
        for name, pattern in (("bom", "byte order mark|BOM"), ("utf16", "UTF-16|byte order mark")):
            with self.subTest(name):
                run = self.verify("--secret-file", f"secret-{name}.txt", "hs.txt")
                if run.code != 0:
                    self.assertSays(run, pattern)

    def test_utf16_of_the_other_order_and_of_records(self):
        token = self.text("token.txt").strip()
        record = json.dumps({"token": token}).encode("utf-16")
        for name, content in (("be", b"\xfe\xff" + token.encode("utf-16-be")), ("json", record)):
            with self.subTest(name):
                self.write(name, content)
                run = self.verify(*self.KEY, name)
                if run.code != 0:
                    self.assertStopped(run, name, "UTF-16", "iconv")
        self.write("jwks-be.json", b"\xfe\xff" + self.text("jwks-bom.json").lstrip("\ufeff").encode("utf-16-be"))
        self.assertStopped(self.verify("--jwks", "jwks-be.json", "token.txt"), r"jwks-be\.json", "UTF-16")

    def test_static_tokens_with_a_mark(self):
        self.write("table", b"\xef\xbb\xbf" + compact({"dev": {"client_id": "c", "scopes": []}}))
        self.assertAccepted(self.one("--static-tokens", "table", stdin="dev"))


class Case14CodedSecret(FieldCase):
    FOLDER = "14-coded-secret"
    SECRET = b"thirteen-black-horses-under-a-red-moon"

    def assertTried(self, name, token, pattern):
        told = self.inspect("--secret-file", name, stdin=token)
        self.assertIn("signature_invalid", told)
        self.assertRegex(told, re.compile(pattern, re.IGNORECASE))
        run = self.verify("--secret-file", name, stdin=f"{token}\n{token}\n")
        for verdict in run.verdicts:
            self.assertRejected(verdict, "signature_invalid")
        self.assertSaysOnce(run, pattern)

    def test_the_readings_that_would_pass_are_named(self):
        (bytes_token,), (text_token,) = self.lines("tokens.txt"), self.lines("text.txt")
        for name, token, pattern in (("b64.txt", bytes_token, "base64"), ("hex.txt", bytes_token, r"\bhex"),
                                     ("wrapped.txt", bytes_token, "base64"),
                                     ("quoted.txt", text_token, "quote|NAME=|JWT_SECRET"),
                                     ("kube.txt", text_token, "base64")):
            with self.subTest(name):
                self.assertTried(name, token, pattern)

    def test_other_dresses_of_a_secret(self):
        token = hs256(self.SECRET)
        for name, content, pattern in (
                ("upper", self.SECRET.hex().upper(), r"\bhex"), ("url", b64url(self.SECRET + b"\xff\xfe\xfd"),
                                                                 "base64"),
                ("single", f"'{self.SECRET.decode()}'", "quot"), ("export", f"export SECRET={self.SECRET.decode()}",
                                                                   "SECRET|NAME=")):
            with self.subTest(name):
                self.write(name, content + "\n")
                signed = hs256(self.SECRET + b"\xff\xfe\xfd") if name == "url" else token
                self.assertTried(name, signed, pattern)

    def test_the_other_way_round(self):
        # The server uses the characters of the code as the secret; the file holds what they stand for.
        coded = base64.b64encode(self.SECRET)
        self.write("raw", self.SECRET)
        run = self.verify("--secret-file", "raw", stdin=hs256(coded))
        self.assertRejected(run.verdicts[0], "signature_invalid")

    def test_another_secret_suggests_nothing(self):
        self.write("other", base64.b64encode(b"another secret of thirty-two bytes or so"))
        told = self.inspect("--secret-file", "other", stdin=hs256(self.SECRET))
        self.assertIn("signature_invalid", told)
        self.assertNotRegex(told, "base64 of|hex of")
        self.assertEqual(self.verify("--secret-file", "other", stdin=hs256(self.SECRET)).error, "")

    def test_nothing_is_said_where_a_token_passes(self):
        self.write("right", self.SECRET)
        run = self.verify("--secret-file", "right", stdin=f"{hs256(self.SECRET)}\n{hs256(b'wrong' * 8)}\n")
        self.assertEqual([verdict["valid"] for verdict in run.verdicts], [True, False])
        self.assertEqual(run.error, "")


class Case15ShortKeys(FieldCase):
    FOLDER = "15-short-keys"
    WAY = r"--profile fastmcp|--allow-weak-keys"

    def test_the_refusal_names_the_way_for_a_log(self):
        self.assertStopped(self.verify("--secret-file", "short.txt", "tokens.txt"), r"short\.txt", r"\b18\b", self.WAY)
        self.assertStopped(self.verify("--public-key", "weak.pem", "rsa.txt"), r"weak\.pem", r"\b1024\b", self.WAY)

    def test_that_way_works(self):
        self.assertAccepted(self.one("--profile", "fastmcp", "--algorithm", "HS256", "--secret-file", "short.txt",
                                     "tokens.txt"))
        self.assertAccepted(self.one("--profile", "fastmcp", "--algorithm", "RS256", "--public-key", "weak.pem",
                                     "rsa.txt"))

    def test_a_secret_too_short_for_the_longer_hash(self):
        secret = b"0123456789abcdef0123456789abcdef"
        self.write("s", secret)
        run = self.verify("--secret-file", "s", "--algorithm", "HS512", "tokens.txt")
        self.assertStopped(run, r"\b32\b", r"\b64\b", self.WAY)

    def test_weak_keys_in_a_set(self):
        self.write("rsa.json", key_set(key("RSA-1024").jwk(kid="w")))
        self.assertStopped(self.verify("--jwks", "rsa.json", "rsa.txt"), r"rsa\.json", r"\b1024\b", self.WAY)
        self.write("oct.json", key_set({"kty": "oct", "k": b64url(b"short"), "kid": "w"}))
        self.assertStopped(self.verify("--jwks", "oct.json", "tokens.txt"), r"oct\.json", r"\b5\b")


class Case16OtherDress(FieldCase):
    FOLDER = "16-other-dress"
    KEY = ["--public-key", "rsa.pem", "--input", "lines"]
    GENERIC = re.compile(r"\A(the (header|payload|signature) is not strict base64url|not three segments.*)\Z")

    def assertNamed(self, verdict, pattern, reasons=("malformed_token",)):
        self.assertAcceptedOrNamed(verdict, pattern, reasons)
        self.assertNotRegex(verdict.get("detail", ""), self.GENERIC)

    def test_what_stands_around_a_whole_token_is_taken_off_or_named(self):
        verdicts = self.verify(*self.KEY, "tokens.txt").verdicts
        self.assertEqual(len(verdicts), 10)
        self.assertAccepted(*verdicts[:2])  # DPoP (RFC 9449 §7.1) and JWT
        patterns = [r"\bToken\b", "twice|Bearer", "colon|Bearer:", "%20|percent|escape", "quot", "comma",
                    "Authorization|header", "space|blank|U\\+00A0|NBSP|no-break"]
        for verdict, pattern in zip(verdicts[2:], patterns):
            with self.subTest(pattern):
                self.assertNamed(verdict, pattern, ("malformed_token", "other_credential"))

    def test_other_dresses(self):
        token = self.lines("tokens.txt")[0].split()[1]
        for text, pattern in ((f"'{token}'", "quot"), (f'Bearer "{token}"', "quot"), (f"{token};", "semicolon|;"),
                              (f"{token} ", "space|blank"), (f" {token}", "space|blank"),
                              (f"Bearer  {token}", "space|blank|Bearer"), (f"access_token={token}", "access_token|="),
                              (f"<{token}>", "bracket|<"), (f"authorization: DPoP {token}", "authorization|header"),
                              (f"{token}\\n", "\\\\|escape"), (f"{token}%22", "%22|percent|escape"),
                              (f"JWT {token},", "comma"), (f"bearer {token}", "bearer")):
            with self.subTest(text[:14] + "…" + text[-4:]):
                self.assertNamed(self.one(*self.KEY, stdin=text), pattern, ("malformed_token", "other_credential"))

    def test_the_dresses_inside_records(self):
        token = self.lines("tokens.txt")[0].split()[1]
        for scheme in ("Bearer", "DPoP", "JWT"):
            self.assertAccepted(self.one("--public-key", "rsa.pem", stdin=json.dumps({"token": f"{scheme} {token}"})))
        verdict = self.one("--public-key", "rsa.pem", stdin=json.dumps({"token": f'"{token}"'}))
        self.assertNamed(verdict, "quot")


class Case17Placeholders(FieldCase):
    FOLDER = "17-placeholders"
    OPTIONS = ["--public-key", "rsa.pem", "--token-field", "/auth"]

    def judged(self, *values):
        return self.verify(*self.OPTIONS, stdin="\n".join(json.dumps({"auth": value}) for value in values)).verdicts

    def test_absent_masked_other_and_broken_are_told_apart(self):
        verdicts = self.verify(*self.OPTIONS, "access.ndjson").verdicts
        self.assertEqual(len(verdicts), 11)
        for number in (0, 1, 2, 9):
            self.assertRejected(verdicts[number], "missing_token")
        for number in (3, 4, 5):
            self.assertRejected(verdicts[number], ("token_redacted", "signature_redacted"), "mask|redact")
        self.assertRejected(verdicts[6], ("other_credential", "malformed_token"), "Basic")
        for number in (7, 8):
            self.assertRejected(verdicts[number], ("other_credential", "malformed_token"),
                                "opaque|dot|not a JWT|no JWT")
        self.assertAccepted(verdicts[10])

    def test_a_carried_token_becomes_its_fingerprint(self):
        run = self.verify(*self.OPTIONS, "--carry", "/auth", "access.ndjson")
        token = json.loads(self.lines("access.ndjson")[-1])["auth"]
        self.assertNotIn(token, run.output)
        ath = b64url(hashlib.sha256(token.encode()).digest())
        self.assertIn(ath, json.dumps(run.verdicts[10]["carry"]["/auth"]))

    def test_more_ways_to_say_nothing(self):
        for value, verdict in zip(("", "-", "null", "undefined", "Bearer", "Bearer ", "Bearer -", "bearer null"),
                                  self.judged("", "-", "null", "undefined", "Bearer", "Bearer ", "Bearer -",
                                              "bearer null")):
            with self.subTest(value):
                self.assertRejected(verdict, "missing_token")
        self.assertRejected(self.judged(None)[0], "missing_token")

    def test_more_masks(self):
        masks = ("***", "********", "xxxxxxxx", "XXXX", "…", "[FILTERED]", "<redacted>", "REDACTED",
                 "Bearer [REDACTED]", "(masked)", "Bearer <hidden>")
        for mask, verdict in zip(masks, self.judged(*masks)):
            with self.subTest(mask):
                self.assertRejected(verdict, ("token_redacted", "signature_redacted"), "mask|redact")

    def test_more_credentials_that_are_no_jwt(self):
        for value, pattern in (("Digest username=\"a\", realm=\"b\"", "Digest"), ("Negotiate YII=", "Negotiate"),
                               ("ApiKey abcdef", "ApiKey"), ("AWS4-HMAC-SHA256 Credential=AKIA/20260921", "AWS4"),
                               ("ghp_0123456789abcdef", "opaque|dot|not a JWT|no JWT"),
                               ("Bearer 0123456789abcdef", "opaque|dot|not a JWT|no JWT"),
                               ("basic dXNlcjpwYXNz", "basic")):
            with self.subTest(value):
                self.assertRejected(self.judged(value)[0], "other_credential", pattern)


class Case18GraphNonce(FieldCase):
    FOLDER = "18-graph-nonce"

    def test_the_nonce_is_told(self):
        self.assertRejected(self.one("--jwks", "jwks.json", "token.txt"), "signature_invalid", "nonce")
        told = self.inspect("--jwks", "jwks.json", stdin=self.text("token.txt"))
        failed = told[told.index("FAILED"):]
        self.assertIn("nonce", failed)
        self.assertNotIn("altered", told)

    def test_a_nonce_by_another_key_and_with_another_algorithm(self):
        for kind, algorithm in (("RSA", "RS256"), ("P-256", "ES256")):
            self.write("k.json", key_set(key(kind, 1).jwk(kid="k")))
            token = key(kind).token(algorithm, header={"kid": "k", "nonce": "AQAB"})
            self.assertRejected(self.one("--jwks", "k.json", stdin=token), "signature_invalid", "nonce")

    def test_a_nonce_does_no_harm_to_a_valid_signature(self):
        self.write("k.json", key_set(key("RSA").jwk(kid="k")))
        self.assertAccepted(self.one("--jwks", "k.json", stdin=key("RSA").token("RS256",
                                                                                header={"kid": "k", "nonce": "AQAB"})))

    def test_without_a_nonce_none_is_spoken_of(self):
        self.write("k.json", key_set(key("RSA", 1).jwk(kid="k")))
        token = key("RSA").token("RS256", header={"kid": "k"}, nonce="of the payload")
        verdict = self.one("--jwks", "k.json", stdin=token)
        self.assertRejected(verdict, "signature_invalid")
        self.assertNotIn("nonce", verdict["detail"])


class Case19Milliseconds(FieldCase):
    FOLDER = "19-milliseconds"
    KEY = ["--public-key", "rsa.pem"]

    def test_a_token_that_never_expires_is_noticed(self):
        run = self.verify(*self.KEY, "exp.txt", quiet=False)
        self.assertSays(run, "millisecond")
        told = self.inspect(*self.KEY, stdin=self.text("exp.txt"))
        self.assertRegex(told, "(?i)milliseconds")
        self.assertRegex(told, r"(?m)^ *exp .*\b5\d{4}\b")  # the year, which is beyond 9999

    def test_nbf_in_milliseconds_is_asked_about(self):
        self.assertRejected(self.one(*self.KEY, "nbf.txt"), "token_not_yet_valid", "millisecond")

    def test_at_is_read_by_magnitude(self):
        for at in (AT, AT * 1000, AT * 1000 + 123, AT * 10**6, AT * 10**9):
            with self.subTest(at):
                self.assertAccepted(self.one(*self.KEY, "good.txt", at=at))
        self.assertRejected(self.one(*self.KEY, "good.txt", at=(AT + 7200) * 1000), "token_expired")

    def test_the_lifetime_may_be_limited(self):
        self.assertRejected(self.one(*self.KEY, "--max-lifetime", "86400", "exp.txt"), "token_lifetime")
        self.assertAccepted(self.one(*self.KEY, "--max-lifetime", "3660", "good.txt"))
        self.assertRejected(self.one(*self.KEY, "--max-lifetime", "3659", "good.txt"), "token_lifetime")

    def test_seconds_are_not_asked_about(self):
        self.write("r.pem", key("RSA").pem)
        run = self.verify("--public-key", "r.pem", stdin=key("RSA").token("RS256", exp=AT + 10 * 365 * 86400),
                          quiet=False)
        self.assertAccepted(*run.verdicts)
        self.assertNotRegex(run.error, "(?i)millisecond")
        verdict = self.one("--public-key", "r.pem", stdin=key("RSA").token("RS256", nbf=AT + 60))
        self.assertRejected(verdict, "token_not_yet_valid")
        self.assertNotRegex(verdict["detail"], "(?i)millisecond")


class Case20NoAud(FieldCase):
    FOLDER = "20-no-aud"
    KEY = ["--public-key", "rsa.pem"]

    def test_a_missing_aud_is_told_with_a_way_that_exists(self):
        for name in ("token.txt", "other.txt"):
            self.assertRejected(self.one(*self.KEY, "--audience", "4fmvht22tj", name), "audience_mismatch", r"no aud")
        told = self.inspect(*self.KEY, "--audience", "4fmvht22tj", stdin=self.text("token.txt"))
        failed = told[told.index("FAILED"):]
        self.assertIn("client_id", failed)
        self.assertIn("4fmvht22tj", failed)
        self.assertRegex(failed, "--require-claim|--client-id")
        self.assertNotIn("ask the issuer", failed)

    def test_a_claim_may_be_required(self):
        self.assertAccepted(self.one(*self.KEY, "--require-claim", "client_id=4fmvht22tj", "token.txt"))
        self.assertRejected(self.one(*self.KEY, "--require-claim", "client_id=4fmvht22tj", "other.txt"),
                            "claim_mismatch", "client_id")

    def test_lists_missing_claims_and_several(self):
        self.write("k.pem", key("RSA").pem)
        token = key("RSA").token("RS256", groups=["dev", "ops"], tid="t-1", n=5, odd="a=b=c", none=None)
        for required, good in ((["groups=ops"], True), (["groups=op"], False), (["tid=t-1", "groups=dev"], True),
                               (["tid=t-1", "groups=qa"], False), (["absent=x"], False), (["odd=a=b=c"], True),
                               (["n=5"], False), (["tid=T-1"], False), (["none=null"], False)):
            with self.subTest(required):
                words = [word for claim in required for word in ("--require-claim", claim)]
                verdict = self.one("--public-key", "k.pem", *words, stdin=token)
                if good:
                    self.assertAccepted(verdict)
                else:
                    self.assertRejected(verdict, "claim_mismatch")

    def test_a_requirement_without_a_name_or_value_is_refused(self):
        for text in ("tid", "=x", ""):
            with self.subTest(text):
                self.assertStopped(self.verify(*self.KEY, "--require-claim", text, "token.txt"), "--require-claim")


class Case21PemShapes(FieldCase):
    FOLDER = "21-pem-shapes"

    def assertReadOrNamed(self, name, pattern, token=None):
        run = self.verify("--public-key", name, stdin=token or self.text("token.txt"))
        if run.code == 2:
            self.assertStopped(run, re.escape(name), pattern)
        else:
            self.assertAccepted(*run.verdicts)

    def test_keys_that_lost_their_shape(self):
        for name, pattern in (("backslash-n.pem", r"\\n"), ("one-line.pem", "line"), ("bare.txt", "base64"),
                              ("indented.pem", "indent|space|blank"), ("ssh.pub", "ssh-keygen"),
                              ("jwk.json", "JWK|--jwks")):
            with self.subTest(name):
                self.assertReadOrNamed(name, pattern)

    def test_of_a_chain_only_the_leaf_signs(self):
        self.assertReadOrNamed("chain.pem", "first|leaf")
        ca, leaf = key("RSA", 1), key("RSA")
        ca_pem, leaf_pem = armour(certificate(ca, "ca")), armour(certificate(leaf, "leaf", ca, "ca"))
        self.write("pair.pem", leaf_pem + ca_pem)
        self.assertReadOrNamed("pair.pem", "first|leaf", leaf.token("RS256"))
        run = self.verify("--public-key", "pair.pem", stdin=ca.token("RS256"))
        self.assertNotEqual(run.code, 0, run.output)
        # The order decides, and nothing else: the certificate that stands first counts.
        self.write("turned.pem", ca_pem + leaf_pem)
        self.assertNotEqual(self.verify("--public-key", "turned.pem", stdin=leaf.token("RS256")).code, 0)

    def test_the_same_shapes_of_other_keys(self):
        for kind, algorithm in (("P-256", "ES256"), ("Ed25519", "EdDSA")):
            pem = key(kind).pem
            body = "".join(line for line in pem.splitlines() if "-----" not in line)
            for name, content, pattern in (("escaped.pem", pem.replace("\n", "\\n"), r"\\n"),
                                           ("line.pem", pem.replace("\n", " "), "line"),
                                           ("naked.txt", body + "\n", "base64"),
                                           ("tabbed.pem", "\t" + pem.replace("\n", "\n\t"), "indent|space|blank|tab"),
                                           ("crlf.pem", pem.replace("\n", "\r\n"), "line"),
                                           ("json.json", json.dumps(key(kind).jwk()), "JWK|--jwks"),
                                           ("quoted.pem", json.dumps(pem), r"\\n|quot")):
                with self.subTest(kind=kind, name=name):
                    self.write(name, content)
                    self.assertReadOrNamed(name, pattern, key(kind).token(algorithm))

    def test_garbage_is_still_refused(self):
        for name, content in (("junk.pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                              ("words.txt", "not a key at all\n"), ("none.txt", "")):
            with self.subTest(name):
                self.write(name, content)
                self.assertStopped(self.verify("--public-key", name, "token.txt"), re.escape(name))


class Case22PrivateJwks(FieldCase):
    FOLDER = "22-private-jwks"

    def test_a_published_private_key_is_told_once(self):
        run = self.verify("--jwks", "jwks.json", "token.txt")
        self.assertAccepted(*run.verdicts)
        self.assertEqual(run.code, 0)
        self.assertSaysOnce(run, "private")
        self.assertSays(run, r"jwks\.json.*key 1.*k1.*private")
        self.assertStopped(self.verify("--public-key", "private.pem", "token.txt"), r"private\.pem", "private")

    def test_the_summary_counts_published_private_keys(self):
        self.verify("--jwks", "jwks.json", "--summary", "sum.json", "token.txt")
        with open(self.path("sum.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["hygiene"], {"published_private_keys": 1})

    def test_private_members_of_other_keys(self):
        pair = key("P-256")
        self.write("ec.json", key_set(pair.jwk(kid="e", d=b64url(pair.private_number()))))
        run = self.verify("--jwks", "ec.json", stdin=pair.token("ES256", header={"kid": "e"}))
        self.assertAccepted(*run.verdicts)
        self.assertSaysOnce(run, r'ec\.json.*private')
        pair = key("Ed25519")
        self.write("ed.json", key_set(pair.jwk(kid="d", d=b64url(pair.private_number()))))
        run = self.verify("--jwks", "ed.json", stdin=pair.token("EdDSA", header={"kid": "d"}))
        self.assertAccepted(*run.verdicts)
        self.assertSaysOnce(run, r'ed\.json.*private')

    def test_private_members_that_are_wrong_do_not_spoil_the_public_part(self):
        self.write("d.json", key_set(key("RSA").jwk(kid="r", d="AQAB")))
        run = self.verify("--jwks", "d.json", stdin=key("RSA").token("RS256", header={"kid": "r"}))
        self.assertAccepted(*run.verdicts)
        self.assertSaysOnce(run, "private")

    def test_nothing_is_said_of_public_keys_and_shared_secrets(self):
        secret = b"0123456789abcdef0123456789abcdef"
        self.write("k.json", key_set(key("RSA").jwk(kid="r", d=None), {"kty": "oct", "k": b64url(secret), "kid": "o"}))
        token = sign(compact({"alg": "HS256", "kid": "o"}), compact(CLAIMS), secret)
        run = self.verify("--jwks", "k.json", stdin=token)
        self.assertAccepted(*run.verdicts)
        self.assertNotIn("private", run.error)


class Case23JsonInJson(FieldCase):
    FOLDER = "23-json-in-json"
    KEY = ["--public-key", "rsa.pem"]

    def test_a_pointer_goes_on_into_a_string(self):
        verdicts = self.verify(*self.KEY, "--token-field", "/log/token", "docker.ndjson").verdicts
        self.assertEqual(len(verdicts), 4)
        for verdict in verdicts[:2]:
            self.assertAcceptedOrNamed(verdict, "fromjson|string", ("missing_token", "malformed_record"))
            self.assertAccepted(verdict)
        self.assertRejected(verdicts[2], ("missing_token", "malformed_record"),
                            "does not end|cut|split|incomplete|ends")
        self.assertFalse(verdicts[3]["valid"])

    def test_strings_in_strings_and_other_fields(self):
        self.write("r.pem", key("RSA").pem)
        token = key("RSA").token("RS256")
        inner = json.dumps({"a": {"token": token}, "when": AT, "id": "r-1"})
        record = json.dumps({"log": inner + "\n", "outer": json.dumps({"log": inner})})
        options = ["--public-key", "r.pem", "--token-field", "/log/a/token"]
        self.assertAccepted(self.one(*options, stdin=record))
        self.assertAccepted(self.one("--public-key", "r.pem", "--token-field", "/outer/log/a/token", stdin=record))
        verdict = self.one(*options, "--at", "record", "--time-field", "/log/when", "--carry", "/log/id", stdin=record,
                           at=None)
        self.assertAccepted(verdict)
        self.assertEqual(verdict["carry"], {"/log/id": "r-1"})

    def test_strings_that_hold_no_such_json(self):
        for log in ("plain text", "", "[1]", "5", '{"other":1}', '{"token":'):
            with self.subTest(log):
                verdict = self.one(*self.KEY, "--token-field", "/log/token", stdin=json.dumps({"log": log}))
                self.assertRejected(verdict, ("missing_token", "malformed_record"))


class Case24EddsaNames(FieldCase):
    FOLDER = "24-eddsa-names"

    def test_both_names_mean_the_same_where_the_curve_agrees(self):
        for name in ("eddsa", "ed25519", "none"):
            with self.subTest(name):
                self.assertAccepted(*self.verify("--jwks", f"{name}.json", "tokens.txt").verdicts)

    def test_ed448_as_well(self):
        for alg in ({"alg": "EdDSA"}, {"alg": "Ed448"}, {}):
            self.write("k.json", key_set(key("Ed448").jwk(kid="k", **alg)))
            for name in ("EdDSA", "Ed448"):
                self.assertAccepted(self.one("--jwks", "k.json", stdin=key("Ed448").token(name, header={"kid": "k"})))

    def test_where_the_curve_does_not_agree(self):
        self.write("k.json", key_set(key("Ed448").jwk(kid="k", alg="EdDSA"), key("P-256").jwk(kid="p")))
        token = key("Ed25519").token("Ed25519", header={"kid": "k"})
        self.assertFalse(self.one("--jwks", "k.json", stdin=token)["valid"])
        self.write("m.json", key_set(key("Ed448").jwk(kid="k", alg="Ed25519")))
        self.assertNotEqual(self.verify("--jwks", "m.json",
                                        stdin=key("Ed448").token("EdDSA", header={"kid": "k"})).code, 0)

    def test_an_algorithm_that_is_named_counts_for_the_header(self):
        self.write("k.json", key_set(key("Ed25519").jwk(kid="k", alg="EdDSA")))
        token = key("Ed25519").token("Ed25519", header={"kid": "k"})
        self.assertAccepted(self.one("--jwks", "k.json", "--algorithm", "Ed25519", stdin=token))
        self.assertRejected(self.one("--jwks", "k.json", "--algorithm", "RS256", "--algorithm", "Ed448", stdin=token),
                            "algorithm_not_allowed")


class Case25IssuerTemplate(FieldCase):
    FOLDER = "25-issuer-template"
    KEY = ["--public-key", "rsa.pem"]

    def judged(self, expected, issuer):
        self.write("k.pem", key("P-256").pem)
        return self.one("--public-key", "k.pem", "--issuer", expected, stdin=key("P-256").token("ES256", iss=issuer))

    def test_a_template_is_filled_or_refused(self):
        run = self.verify(*self.KEY, "--issuer", "https://login.microsoftonline.com/{tenantid}/v2.0", "tenant.txt",
                          "forged.txt")
        if run.code == 2:
            self.assertStopped(run, "--issuer", r"\{tenantid\}|placeholder|template")
        else:
            self.assertAccepted(run.verdicts[0])
            self.assertRejected(run.verdicts[1], "issuer_mismatch")

    def test_the_near_miss_is_named(self):
        self.assertRejected(self.one(*self.KEY, "--issuer", "https://idp.example", "slash.txt"), "issuer_mismatch",
                            "slash")

    def test_other_near_misses(self):
        for expected, issuer, pattern in (("https://idp.example/", "https://idp.example", "slash"),
                                          ("https://idp.example", "http://idp.example", "scheme|http"),
                                          ("https://idp.example", "https://IDP.example", "case|letter"),
                                          ("https://idp.example", "https://idp.example ", "space|blank")):
            with self.subTest(issuer):
                self.assertRejected(self.judged(expected, issuer), "issuer_mismatch", pattern)

    def test_what_is_not_near_is_not_called_near(self):
        for issuer in ("https://other.example", "https://idp.example/tenant/", "x"):
            verdict = self.judged("https://idp.example", issuer)
            self.assertRejected(verdict, "issuer_mismatch")
            self.assertNotRegex(verdict["detail"], "trailing|slash|scheme")


if __name__ == "__main__":
    unittest.main()
