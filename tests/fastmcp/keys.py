"""Keys for the random cases, made from a seed, and signatures by them. Runs where FastMCP is installed (cryptography)."""
import base64
import hashlib
import hmac
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils, x25519

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "secp256k1": ec.SECP256K1()}
# Field primes, for coordinates that are not reduced.
PRIMES = {"P-256": 2**256 - 2**224 + 2**192 + 2**96 - 1, "P-384": 2**384 - 2**128 - 2**96 + 2**32 - 1,
          "P-521": 2**521 - 1, "secp256k1": 2**256 - 2**32 - 977}
SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return value.to_bytes(length or max(1, (value.bit_length() + 7) // 8), "big")


def prime(rng, bits, exponent):
    """A probable prime p with the two top bits set and p - 1 prime to the exponent."""
    while True:
        candidate = rng.getrandbits(bits) | (3 << (bits - 2)) | 1
        if any(candidate % small == 0 for small in SMALL_PRIMES) or (candidate - 1) % exponent == 0:
            continue
        if all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


def rsa_key(rng, bits, exponent=65537):
    p, q = prime(rng, bits // 2, exponent), prime(rng, bits // 2, exponent)
    d = pow(exponent, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p),
                                 rsa.RSAPublicNumbers(exponent, p * q)).private_key()


class Key:
    """One key pair: its type, its curve or size, and the members of its JWK as texts."""

    def __init__(self, private):
        self.private = private
        self.public = private.public_key()
        self.curve = ""
        if isinstance(private, rsa.RSAPrivateKey):
            self.kty = "RSA"
            numbers = private.private_numbers()
            public = numbers.public_numbers
            parts = {"n": public.n, "e": public.e}
            secret = {"d": numbers.d, "p": numbers.p, "q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1,
                      "qi": numbers.iqmp}
            self.public_members = {name: b64url(number(value)) for name, value in parts.items()}
            self.private_members = {name: b64url(number(value)) for name, value in secret.items()}
        elif isinstance(private, ec.EllipticCurvePrivateKey):
            self.kty = "EC"
            self.curve = next(name for name, curve in CURVES.items() if curve.name == private.curve.name)
            self.length = (private.key_size + 7) // 8
            point = self.public.public_numbers()
            self.public_members = {"crv": self.curve, "x": b64url(number(point.x, self.length)),
                                   "y": b64url(number(point.y, self.length))}
            self.private_members = {"d": b64url(number(private.private_numbers().private_value, self.length))}
        else:
            self.kty = "OKP"
            self.curve = type(private).__name__.removesuffix("PrivateKey").removeprefix("_")
            raw = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
            self.public_members = {"crv": self.curve, "x": b64url(self.public.public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw))}
            self.private_members = {"d": b64url(private.private_bytes(*raw))}

    def spki(self, encoding=serialization.Encoding.PEM):
        return self.public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def pkcs8(self, encoding=serialization.Encoding.PEM):
        return self.private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def pkcs1(self, encoding=serialization.Encoding.PEM):
        return self.public.public_bytes(encoding, serialization.PublicFormat.PKCS1)

    def traditional(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                          serialization.NoEncryption())

    def openssh(self):
        return self.public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


class Secret:
    """A shared secret, as the bytes that FastMCP is given."""
    kty = "oct"
    curve = ""

    def __init__(self, data):
        self.data = data
        self.public_members = {"k": b64url(data)}
        self.private_members = {}


class Pool:
    """The keys of one seed. Equal seeds give equal keys."""

    def __init__(self, seed):
        rng = random.Random(f"keys of {seed}")
        curve_key = lambda name: Key(ec.derive_private_key(rng.getrandbits(250) + 1, CURVES[name]))
        self.rsa = [Key(rsa_key(rng, 2048)), Key(rsa_key(rng, 2048)), Key(rsa_key(rng, 2048, 3)),
                    Key(rsa_key(rng, 1024))]
        self.ec = {name: [curve_key(name), curve_key(name)] for name in CURVES}
        # P-521 scalars of 250 bits are as good as any for the one who verifies.
        self.okp = {"Ed25519": [Key(ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))) for _ in range(2)],
                    "Ed448": [Key(ed448.Ed448PrivateKey.from_private_bytes(rng.randbytes(57))) for _ in range(2)],
                    "X25519": [Key(x25519.X25519PrivateKey.from_private_bytes(rng.randbytes(32)))]}
        self.all = self.rsa + [key for keys in [*self.ec.values(), *self.okp.values()] for key in keys]

    def fitting(self, rng, algorithm):
        """A key that the algorithm can use."""
        if algorithm[:2] in ("RS", "PS"):
            return rng.choice(self.rsa)
        if algorithm[:2] == "ES":
            return rng.choice(self.ec[{"ES256": "P-256", "ES384": "P-384",
                                       "ES512": "P-521"}.get(algorithm, "secp256k1")])
        if algorithm in ("EdDSA", "Ed25519", "Ed448"):
            return rng.choice(self.okp[rng.choice(["Ed25519", "Ed448"]) if algorithm == "EdDSA" else algorithm])
        if algorithm[:2] == "HS":
            return Secret(rng.choice([b"k", b"0123456789abcdef0123456789abcdef", b"s" * 64, b"s" * 65, b"s" * 129,
                                      "geheim-äöü-geheim-geheim-geheim-x".encode(), b"line\n", b"  spaces  ",
                                      b"a\x00b" * 12,
                                      bytes(range(1, 100)), b"\xff\xfe" * 20, b"0" * 200, b"crlf\r\n",
                                      b"\xef\xbb\xbfmark",
                                      b"{\"k\":\"AAAA\"}"]))
        return rng.choice(self.rsa)


def sign(rng, algorithm, key, data):
    """A signature of the algorithm's form where the key can make one, else bytes that verify under nothing."""
    digest = HASHES.get(algorithm[-3:], hashes.SHA256)()
    if algorithm[:2] == "HS":
        if key.kty == "oct" and key.data:
            secret = key.data
        else:
            secret = key.spki() if key.kty != "oct" else b"empty"
        return hmac.new(secret, data, getattr(hashlib, f"sha{algorithm[-3:]}")).digest()
    if key.kty == "RSA" and algorithm[:2] == "PS":
        salt = rng.choices([digest.digest_size, 0, 20, padding.PSS.MAX_LENGTH], [20, 1, 1, 1])[0]
        if key.private.key_size < 2048:
            salt = min(salt, 32) if isinstance(salt, int) else salt
        return key.private.sign(data, padding.PSS(padding.MGF1(digest), salt), digest)
    if key.kty == "RSA":
        return key.private.sign(data, padding.PKCS1v15(), digest)
    if key.kty == "EC":
        der = key.private.sign(data, ec.ECDSA(digest))
        r, s = utils.decode_dss_signature(der)
        return number(r, key.length) + number(s, key.length)
    if key.kty == "OKP" and key.curve.startswith("Ed"):
        return key.private.sign(data)
    return rng.randbytes(64)


def der_signature(signature):
    half = len(signature) // 2
    return utils.encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
