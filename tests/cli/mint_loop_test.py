"""keygen, mint and verify in a row: every algorithm, every fault, each verdict in the place where its fault was drawn.

Run by ctest, or: ASSAY_PROGRAM=build/release/assay tests/cli/mint_loop_test.py [CLASS]
"""
import json
import os
import stat
import subprocess
import unittest

from support import AT, DEADLINE, PROGRAM, Case

HMAC = ["HS256", "HS384", "HS512"]
RANDOMISED = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K"]
ALGORITHMS = ["RS256", "RS384", "RS512", *RANDOMISED, "EdDSA", "Ed25519", "Ed448", *HMAC]
SHARES = {
    "missing_token": 0.04, "token_too_large": 0.02, "encrypted_token": 0.04, "signature_redacted": 0.06,
    "malformed_token": 0.06, "malformed_header": 0.05, "critical_header": 0.04, "algorithm_not_allowed": 0.05,
    "key_not_found": 0.04, "signature_invalid": 0.06, "malformed_claims": 0.05, "claim_type": 0.05,
    "token_expired": 0.06, "token_not_yet_valid": 0.04, "issuer_mismatch": 0.05, "audience_mismatch": 0.05,
    "scope_missing": 0.05, "type_mismatch": 0.04,
}
COUNT = 200
ISSUER = "https://idp.example.com"
CLAIMS = ["--issuer", ISSUER, "--audience", "api", "--scope", "read"]
POLICY = ["--issuer", ISSUER, "--audience", "api", "--require-scope", "read", "--typ", "JWT", "--at", str(AT + 60)]
MASK = 2**64 - 1


def scatter(z):
    """SplitMix64's last step, as in engine/mint/random.h."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def drawn(seed, index, shares):
    """The fault of token `index`, or None: what --seed promises, worked out a second time."""
    golden = 0x9E3779B97F4A7C15
    state = (scatter((seed + golden) & MASK) + index * 0xD1342543DE82EF95 + golden) & MASK
    at = (scatter(state) >> 11) * 2.0**-53
    for kind, share in shares.items():
        if at < share:
            return kind
        at -= share
    return None


def named(algorithm):
    """What verify needs to be told of an algorithm that it uses only when named."""
    return ["--algorithm", algorithm] if algorithm == "ES256K" else []


def reason(verdict):
    """The one reason of a rejection, or None for an accepted token."""
    if verdict["valid"]:
        return None
    return verdict["reasons"][0] if verdict["reasons"] == [verdict["reason"]] else verdict["reasons"]


class LoopCase(Case):
    def succeed(self, *args):
        done = self.assay(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def keygen(self, algorithm, *more):
        public = [] if algorithm in HMAC else ["--public", "pub.pem"]
        return self.assay("keygen", "--algorithm", algorithm, "--kid", "k1", "--private", "key", *public, "--jwks",
                          "jwks.json", *more)

    def make_key(self, algorithm):
        for name in ("key", "pub.pem", "jwks.json"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        done = self.keygen(algorithm)
        self.assertEqual(done.returncode, 0, done.stderr)

    def mint_arguments(self, algorithm, seed, shares):
        faults = [word for kind, share in shares.items() for word in ("--fault", f"{kind}={share}")]
        return ["mint", "--key", "key", "--algorithm", algorithm, "--kid", "k1", *CLAIMS, "--at", str(AT), "--count",
                str(COUNT), "--seed", str(seed), *faults]

    def reasons(self, *args, stdin=b""):
        done = self.assay("verify", "--quiet", *POLICY, *args, stdin=stdin)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.returncode, 1)
        return [reason(json.loads(line)) for line in done.stdout.splitlines()]


class MintLoop(LoopCase):
    def test_every_algorithm_yields_each_fault_in_its_place(self):
        for number, algorithm in enumerate(ALGORITHMS):
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                wanted = [drawn(number, i, SHARES) for i in range(COUNT)]
                self.assertEqual(set(wanted), {None, *SHARES}, "each kind occurs")
                done = self.succeed(*self.mint_arguments(algorithm, number, SHARES), "-o", "tokens.txt")
                for kind in SHARES:
                    self.assertIn(f", {wanted.count(kind)} {kind}", done.stderr.decode())
                self.assertEqual(self.reasons("--jwks", "jwks.json", *named(algorithm), "tokens.txt"), wanted)

    def test_a_pipe_carries_the_same(self):
        for number, algorithm in enumerate(ALGORITHMS):
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                minter = self.start(*self.mint_arguments(algorithm, number, SHARES), stdin=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
                judge = subprocess.run([PROGRAM, "verify", "--quiet", *POLICY, "--jwks", "jwks.json", "--format", "csv", *named(algorithm)],
                                       stdin=minter.stdout, capture_output=True, cwd=self.folder, timeout=DEADLINE,
                                       check=False)
                self.assertEqual(minter.wait(DEADLINE), 0)
                self.assertEqual((judge.returncode, judge.stderr), (1, b""))
                head, *rows = judge.stdout.decode().splitlines()
                self.assertEqual(len(rows), COUNT)
                for index, row in enumerate(rows):
                    self.assertIn(drawn(number, index, SHARES) or "true", row.split(","), f"{head}\n{row}")

    def test_a_public_key_or_secret_file_judges_like_the_key_set(self):
        # Without kids there is no unknown one.
        shares = {kind: share for kind, share in SHARES.items() if kind != "key_not_found"}
        for number, algorithm in enumerate(ALGORITHMS):
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                tokens = self.succeed(*self.mint_arguments(algorithm, number, shares)).stdout
                source = ["--secret-file", "key"] if algorithm in HMAC else ["--public-key", "pub.pem"]
                self.assertEqual(self.reasons(*source, *named(algorithm), stdin=tokens),
                                 [drawn(number, i, shares) for i in range(COUNT)])

    def test_a_secret_with_a_final_newline_signs_and_verifies_as_without(self):
        for ending in (b"", b"\n", b"\r\n"):
            self.write("key", b"a secret of more than thirty-two bytes: \xc3\xa9" + ending)
            tokens = self.succeed("mint", "--key", "key", "--algorithm", "HS256", *CLAIMS, "--at", str(AT)).stdout
            for other in (b"", b"\n", b"\r\n"):
                self.write("other", b"a secret of more than thirty-two bytes: \xc3\xa9" + other)
                done = self.assay("verify", "--quiet", *POLICY, "--secret-file", "other", stdin=tokens)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_binary_secrets_keep_their_newline(self):
        secret = bytes(range(64)) + b"\n"
        self.write("key", secret)
        tokens = self.succeed("mint", "--key", "key", "--algorithm", "HS256", *CLAIMS, "--at", str(AT)).stdout
        self.assertEqual(self.assay("verify", *POLICY, "--secret-file", "key", stdin=tokens).returncode, 0)
        self.write("key", secret[:-1])
        done = self.assay("verify", "--quiet", *POLICY, "--secret-file", "key", stdin=tokens)
        self.assertEqual([reason(json.loads(line)) for line in done.stdout.splitlines()], ["signature_invalid"])
        self.assertIn(b"a line break at the end is part of the secret", done.stderr)


class MintSeeds(LoopCase):
    def mint(self, algorithm, seed, *more):
        return self.succeed(*self.mint_arguments(algorithm, seed, SHARES), *more).stdout.splitlines()

    def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(self):
        for algorithm in ("RS256", "HS384", "EdDSA", "Ed448"):
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                once = self.mint(algorithm, 7)
                self.assertEqual(len(once), COUNT)
                self.assertTrue(once == self.mint(algorithm, 7, "--threads", "1"))
                self.assertTrue(once == self.mint(algorithm, 7, "--threads", "4"))

    def test_randomised_signatures_leave_header_and_claims_as_they_are(self):
        for algorithm in RANDOMISED:
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                once, again = self.mint(algorithm, 7), self.mint(algorithm, 7, "--threads", "3")
                self.assertFalse(once == again)
                self.assertTrue([t.split(b".")[:2] for t in once] == [t.split(b".")[:2] for t in again])

    def test_another_seed_puts_the_faults_elsewhere(self):
        self.make_key("EdDSA")
        places = []
        for seed in (1, 2, 2**64 - 1):
            self.write("tokens", b"\n".join(self.mint("EdDSA", seed)) + b"\n")
            places.append(self.reasons("--jwks", "jwks.json", "tokens"))
            self.assertEqual(places[-1], [drawn(seed, i, SHARES) for i in range(COUNT)])
        self.assertNotEqual(places[0], places[1])
        self.assertNotEqual(places[1], places[2])

    def test_every_token_of_a_count_is_distinct(self):
        self.make_key("Ed25519")
        tokens = self.succeed("mint", "--key", "key", "--algorithm", "Ed25519", "--count", "1000").stdout.splitlines()
        self.assertEqual(len(set(tokens)), 1000)


class KeyFiles(LoopCase):
    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)

    def test_a_private_file_is_for_its_owner_alone_and_is_not_overwritten(self):
        for algorithm in ALGORITHMS:
            with self.subTest(algorithm=algorithm):
                self.make_key(algorithm)
                names = ["key", "jwks.json"] + ([] if algorithm in HMAC else ["pub.pem"])
                first = {name: self.read(name) for name in names}
                self.assertEqual(self.mode("key"), 0o600)
                # A set of public keys is for everybody, a set with a secret is not.
                self.assertEqual(self.mode("jwks.json") & 0o077, 0 if algorithm in HMAC else 0o044 & ~self.umask())
                self.assertRefused(self.keygen(algorithm), "keygen", "--private", "key", "--force")
                self.assertEqual({name: self.read(name) for name in names}, first)
                os.chmod(self.path("key"), 0o644)
                forced = self.keygen(algorithm, "--force")
                self.assertEqual(forced.returncode, 0, forced.stderr)
                self.assertEqual(self.mode("key"), 0o600)
                for name in names:
                    self.assertNotEqual(self.read(name), first[name], name)
                self.assertEqual(set(os.listdir(self.folder)), {"secret", *names})

    def umask(self):
        mask = os.umask(0)
        os.umask(mask)
        return mask

    def test_a_failed_attempt_leaves_no_private_file(self):
        done = self.assay("keygen", "--algorithm", "EdDSA", "--private", "key", "--public", "no/such/folder/pub.pem")
        self.assertRefused(done, "keygen", "no/such/folder/pub.pem")
        self.assertEqual(os.listdir(self.folder), ["secret"])

    def test_one_file_under_two_names_is_refused_before_anything_is_written(self):
        for first, second in (("./key", "key"), ("key", self.path("key"))):
            done = self.assay("keygen", "--algorithm", "EdDSA", "--private", first, "--public", second)
            self.assertRefused(done, "assay keygen: ", "different files")
        done = self.assay("keygen", "--algorithm", "EdDSA", "--private", "key", "--public", "pub", "--jwks", "./pub")
        self.assertRefused(done, "assay keygen: ", "different files")
        self.assertEqual(os.listdir(self.folder), ["secret"])

    def test_a_key_of_another_algorithm_is_refused_with_its_name(self):
        self.make_key("ES256")
        self.assertRefused(self.assay("mint", "--key", "key", "--algorithm", "RS256"), "--key key", "P-256", "RS256")
        self.assertRefused(self.assay("mint", "--key", "key", "--algorithm", "HS256"), "--key key", "PEM")
        self.assertRefused(self.assay("mint", "--key", "pub.pem", "--algorithm", "ES256"), "--key pub.pem", "public")


class MintOptions(LoopCase):
    def test_wrong_numbers_are_one_line_that_names_the_option(self):
        self.make_key("EdDSA")
        for option, values in {
                "--count": ["-1", "x", "1.5", "", str(2**63)], "--seed": ["-1", "x", str(2**64)],
                "--expires-in": ["1e3", str(2**63 - 1)], "--at": ["record", str(2**64), "-" + str(2**64)],
                "--threads": ["0", "-1", "100000"], "--fault": ["expired", "expired=2", "expired=nan", "nothing=1"],
                "--claim": ["x", "=1", "x=abc"]}.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    done = self.assay("mint", "--key", "key", "--algorithm", "EdDSA", option, value)
                    self.assertRefused(done, "assay mint: " + option)
        for bits in ("1024", "abc", str(2**40)):
            done = self.assay("keygen", "--bits", bits, "--private", "other", "--public", "other.pub")
            self.assertRefused(done, "assay keygen: --bits")
        for option in ("--private", "--public", "--jwks"):
            done = self.assay("keygen", "--private", "other", "--public", "other.pub", option, "")
            self.assertRefused(done, f"assay keygen: {option}")

    def test_the_last_of_a_repeated_option_counts(self):
        self.make_key("EdDSA")
        mint = ["mint", "--key", "key", "--algorithm", "EdDSA", "--at", str(AT), "--issuer"]
        self.assertEqual(self.succeed(*mint, "one", "--issuer", "two").stdout, self.succeed(*mint, "two").stdout)


if __name__ == "__main__":
    unittest.main()
