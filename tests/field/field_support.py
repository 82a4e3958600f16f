"""What the field tests share: the program run on a copy of a folder of data/field, and keys and tokens by openssl."""
import base64
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))
from support import AT, Case, b64url, compact, sign  # noqa: E402  (the command-line tests' helpers)

DATA = os.path.join(os.path.dirname(os.path.dirname(HERE)), "data", "field")
CLAIMS = {"iss": "https://idp.example", "sub": "alice", "aud": "api", "iat": AT - 60, "exp": AT + 3600}
SCRATCH = tempfile.TemporaryDirectory(prefix="assay-field-keys-")


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


class KeyPair:
    """A key pair made by openssl: what signs, and the public part as PEM and as the members of a JWK."""
    OPTIONS = {"RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "RSA-1024": ["RSA", "-pkeyopt",
                                                                                "rsa_keygen_bits:1024"],
               "P-256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
               "P-384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
               "P-521": ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "Ed25519": ["ED25519"], "Ed448": ["ED448"]}
    LENGTHS = {"P-256": 32, "P-384": 48, "P-521": 66, "Ed25519": 32, "Ed448": 57}

    def __init__(self, kind):
        self.kind = kind
        handle, self.path = tempfile.mkstemp(dir=SCRATCH.name)
        os.close(handle)
        openssl("genpkey", "-algorithm", *self.OPTIONS[kind], "-out", self.path)
        self.pem = openssl("pkey", "-in", self.path, "-pubout").decode()
        self.der = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.private_pem = openssl("pkey", "-in", self.path).decode()

    def members(self):
        """The public JWK, as a dict."""
        if self.kind.startswith("RSA"):
            modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().split("=")[1]
            return {"kty": "RSA", "n": b64url(bytes.fromhex(modulus)), "e": "AQAB"}
        length = self.LENGTHS[self.kind]
        if self.kind.startswith("P-"):
            x, y = self.der[-2 * length: -length], self.der[-length:]
            return {"kty": "EC", "crv": self.kind, "x": b64url(x), "y": b64url(y)}
        return {"kty": "OKP", "crv": self.kind, "x": b64url(self.der[-length:])}

    def jwk(self, **more):
        return {**self.members(), **more}

    def private_number(self):
        """The private value of an elliptic curve key, from openssl's print-out."""
        text = openssl("pkey", "-in", self.path, "-noout", "-text").decode()
        digits = re.search(r"priv:\n((?:\s+[0-9a-f:]+\n)+)", text).group(1)
        return bytes.fromhex(re.sub(r"[^0-9a-f]", "", digits))[-self.LENGTHS[self.kind]:]

    def sign(self, data, algorithm, der=False):
        """A signature over data; `der` leaves ECDSA's as openssl writes it."""
        if self.kind.startswith("Ed"):
            path = self.path + ".in"
            with open(path, "wb") as file:
                file.write(data)
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", path)
        signature = openssl("dgst", f"-sha{algorithm[-3:]}", "-sign", self.path, data=data)
        return signature if der or self.kind.startswith("RSA") else self.fixed(signature)

    def fixed(self, der):
        """r and s side by side, from the DER of ECDSA."""
        at = 3 if der[1] & 0x80 else 2
        out = b""
        for _ in range(2):
            length = der[at + 1]
            out += int.from_bytes(der[at + 2: at + 2 + length], "big").to_bytes(self.LENGTHS[self.kind], "big")
            at += 2 + length
        return out

    def token(self, algorithm, claims=None, header=None, der=False, change=lambda signature: signature, **more):
        """A token by this key. `header` holds members beside alg; `more` are claims beside the usual ones."""
        body = {**CLAIMS, **more} if claims is None else claims
        signing_input = b64url(compact({"alg": algorithm, **(header or {"typ": "JWT"})})) + "." + b64url(compact(body))
        return signing_input + "." + b64url(change(self.sign(signing_input.encode(), algorithm, der)))


@functools.lru_cache(maxsize=None)
def key(kind, number=0):
    """The key pair of this kind and number; each is made once in a run."""
    return KeyPair(kind)


def element(tag, *parts):
    """An element of DER."""
    body = b"".join(parts)
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (length if len(body) < 128 else bytes([0x80 | len(length)]) + length) + body


def certificate(pair, name, signer=None, issuer=None):
    """A certificate of the pair, valid at AT, by an RSA signer of that name; without one, by the pair itself. DER.

    Written by hand, since openssl's own begin now, and now may be later than AT."""
    def distinguished(text):
        return element(0x30, element(0x31, element(0x30, bytes.fromhex("0603550403"), element(0x0c, text.encode()))))
    sha256_with_rsa = element(0x30, bytes.fromhex("06092a864886f70d01010b0500"))
    validity = element(0x30, element(0x17, b"260901000000Z"), element(0x17, b"290217000000Z"))
    body = element(0x30, element(0xa0, element(2, b"\x02")), element(2, b"\x07"), sha256_with_rsa,
                   distinguished(issuer or name), validity, distinguished(name), pair.der)
    return element(0x30, body, sha256_with_rsa, element(3, b"\0", (signer or pair).sign(body, "RS256")))


def armour(der, label="CERTIFICATE"):
    text = base64.b64encode(der).decode()
    lines = [text[at: at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def thumbprint(certificate_der, digest=hashlib.sha1):
    return b64url(digest(certificate_der).digest())


def hs256(secret, **more):
    return sign(compact({"alg": "HS256", "typ": "JWT"}), compact({**CLAIMS, **more}), secret)


class Run:
    """One run of the program: exit code, verdicts, what it said on standard error."""

    def __init__(self, done):
        self.code = done.returncode
        self.error = done.stderr.decode("utf-8", "replace")
        self.output = done.stdout.decode("utf-8", "replace")

    @property
    def verdicts(self):
        return [json.loads(line) for line in self.output.split("\n") if line]


class FieldCase(Case):
    """Runs in a private copy of data/field/FOLDER."""
    FOLDER = ""

    def setUp(self):
        super().setUp()
        if self.FOLDER:
            shutil.copytree(os.path.join(DATA, self.FOLDER), self.folder, dirs_exist_ok=True)

    def text(self, name):
        return self.read(name).decode()

    def lines(self, name):
        return self.text(name).splitlines()

    def verify(self, *args, stdin=b"", at=AT, quiet=True):
        """Runs `assay verify` and checks what holds for every run: a detail is one line that says something, and holds
        nothing of a token."""
        options = [*(["--at", str(at)] if at is not None else []), *(["--quiet"] if quiet else [])]
        run = Run(self.assay("verify", *options, *args, stdin=stdin))
        self.assertIn(run.code, (0, 1, 2), run.error)
        if run.code == 2:
            return run
        given = (stdin.encode() if isinstance(stdin, str) else stdin) + b"".join(
            self.read(name) for name in args if not name.startswith("-") and os.path.isfile(self.path(name)))
        for verdict in run.verdicts:
            if verdict["valid"]:
                continue
            detail = verdict["detail"]
            self.assertRegex(detail, r"\A[^\r\n]+\Z", verdict)
            for piece in re.findall(r"[A-Za-z0-9_-]{20,}", detail):
                if piece.encode() in given and not piece.isdigit():
                    self.fail(f"the detail holds {piece!r} of the input: {detail}")
        return run

    def one(self, *args, **more):
        """The verdict of a run of one record."""
        run = self.verify(*args, **more)
        self.assertIn(run.code, (0, 1), run.error)
        self.assertEqual(len(run.verdicts), 1, run.output)
        return run.verdicts[0]

    def inspect(self, *args, stdin=b"", at=AT):
        done = self.assay("inspect", "--at", str(at), *args, stdin=stdin)
        return (done.stdout + done.stderr).decode("utf-8", "replace")

    def assertAccepted(self, *verdicts):
        for verdict in verdicts:
            self.assertTrue(verdict["valid"], verdict)

    def assertRejected(self, verdict, reasons, *patterns):
        """Rejected with one of the reasons, and each pattern is found in the detail, whatever the case of letters."""
        self.assertFalse(verdict["valid"], verdict)
        self.assertIn(verdict["reason"], [reasons] if isinstance(reasons, str) else reasons, verdict)
        for pattern in patterns:
            self.assertRegex(verdict["detail"], re.compile(pattern, re.IGNORECASE))

    def assertAcceptedOrNamed(self, verdict, pattern, reasons=("malformed_token",)):
        if not verdict["valid"]:
            self.assertRejected(verdict, reasons, pattern)

    def assertStopped(self, run, *patterns):
        """Exit 2 before any record; one line on standard error that says each of the patterns."""
        self.assertEqual(run.code, 2, run.error or run.output)
        self.assertEqual(run.output, "")
        self.assertEqual(run.error.count("\n"), 1, run.error)
        self.assertSays(run, *patterns)

    def assertSays(self, run, *patterns):
        for pattern in patterns:
            self.assertRegex(run.error, re.compile(pattern, re.IGNORECASE))

    def assertSaysOnce(self, run, pattern):
        """Exactly one line of standard error says it."""
        said = [line for line in run.error.splitlines() if re.search(pattern, line, re.IGNORECASE)]
        self.assertEqual(len(said), 1, run.error)
