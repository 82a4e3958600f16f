"""Random cases that favour edges. Equal seeds give equal cases, but for the randomness inside ECDSA and PSS signatures.

A group is one configuration with its keys and some tokens: most tokens are good but for one or two edges, so that each edge
decides a verdict. JSON is built as text, because the edges are in the text: names written twice, numbers such as 1e400.
"""
import base64
import datetime
import functools
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from keys import CURVES, PRIMES, Secret, b64url, der_signature, number, sign

AT = 1790000000
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
              "Ed448", "HS256", "HS384", "HS512"]
KIDS = ["k1", "k2", "k3", "_default", "", "ключ", "a/b?c=d#e", "K1", "k1 ", "\u0000", "\ud800"]
ISSUERS = ["https://idp.example", "https://idp.example/", "https://IDP.example", "a", "", "ключ",
           "https://other.example"]
AUDIENCES = ["api", "https://api.example", "API", "api ", "", "mobile", "é", "1"]
SCOPES = ["read", "write", "admin", "read:all", "a,b", "a b", "é", "READ", "\u00a0", "x\u2003y"]


def text(value, ascii_only=True):
    return json.dumps(value, ensure_ascii=ascii_only)


def obj(pairs):
    return "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"


def odd(rng):
    """A JSON value that a careless reader trips over; now and then no JSON at all."""
    if rng.random() < 0.04:
        return rng.choice(["01", "1.", ".5", "+1", "0x1", "nul", "'x'", "[1,]", '{"a":1,}', "1e", "-", "True", "1_0",
                           '"\\q"', ""])
    return rng.choice([
        "null", "true", "false", "0", "-0", "1", "-1", "1.5", "0.0", "-0.0", '""', '" "', '"x"', '"0"', "[]", "{}",
        '["x"]', "[1]", '[""]', "[null]", '[["x"]]', '{"a":1}', '{"x":"y"}', "NaN", "Infinity", "-Infinity", "1e400",
        "-1e400", "1e-400", "1e22", "123456789012345678901234567890", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "-9223372036854775809", "1e16", "1E+2", "1.0",
        "100000000000000000000000.0", "0.1", "5e-324", "1.7976931348623157e308", '"\\ud800"', '"\\udc00\\ud800"',
        '"\\ud83d\\ude00"', '"\\u0000"', '"a\\nb"', '"\\u0085"', '"é"', '"it\'s"', '"say \\"hi\\""',
        '"it\'s \\"both\\""', '"back\\\\slash"', '"\\u200b"', '"\\u00ad"', '"\\ue000"', '"\\u0378"', '"\\u00a0"',
        '"\\u3000"', '"\\u2028"', '"\\u007f"', '"\\ufeff"', '["a","b"]', '["a",1,null,true,1.5]',
        '{"k":[1,{"n":null}]}', '{"a":1,"a":2}', "1" * rng.choice([100, 400, 4300, 4301]), "[" * 40 + "]" * 40,
        '{"a":' * 30 + "1" + "}" * 30])


def moment(rng, at):
    """A time claim around its edge."""
    near = at + rng.choice([-1, 0, 1, -30, 29, 30, 31, -3600, 3600, 60])
    return rng.choice([
        str(near), str(near), str(near), f"{near}.0", f"{near}.5", f"{near - 1}.999999", f"{near}.0000001",
        f"{near - 1}.9999999999", f"{near}e0", f"{near / 1e9!r}e9", f"{near}000", f'"{near}"', str(2**31),
        str(2**53 + 1), str(2**63), str(10**30), str(10**308), "1" + "0" * 400, "1e308", "1e309", "-1", "0", "-0",
        "0.0", "null", "true", "false", odd(rng)])


def listed(rng, values):
    """One of the values, or a list of some, or something near."""
    some = [text(rng.choice(values), rng.random() < 0.5) for _ in range(rng.randrange(4))]
    return rng.choice([text(rng.choice(values)), text(rng.choice(values)), "[" + ",".join(some) + "]",
                       "[" + ",".join([*some, odd(rng)]) + "]", "[[" + ",".join(some) + "]]",
                       text(rng.choice(values) + "x"), odd(rng)])


def scope(rng):
    some = [rng.choice(SCOPES) for _ in range(rng.randrange(4))]
    space = rng.choice([" ", " ", " ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u0085", "\u001c", "\u001f", "\u2028",
                        "\u200b", ",", "\u3000", "\u000b", "\u180e", "\u1680", "\u205f", "\u202f", "\ufeff", "\u0000"])
    return rng.choice([text(space.join(some)), text(space + space.join(some) + space), text(some), text(some),
                       text([space.join(some)]), text(some + [1]), "null", odd(rng)])


def identity(rng):
    """A value for a claim that names somebody; FastMCP writes one that is no string as Python's str() does."""
    before, after = rng.choice([("[", "]"), ('{"a":', "}"), ("[[", "]]"), ("[1,", "]"), ('{"x":[', "]}"),
                                ('["a",', "]")])
    return rng.choice([text("app"), text(""), odd(rng), odd(rng), before + odd(rng) + after, text("app\n"),
                       text("é", False), "null", "0", "[]", "{}"])


def header_value(rng, name, algorithm):
    if name == "alg":
        return rng.choice([text(rng.choice(ALGORITHMS)), text("none"), text("ES256K"), text(algorithm.lower()),
                           text(algorithm + " "), odd(rng)])
    if name == "kid":
        return rng.choice([text(rng.choice(KIDS)), odd(rng)])
    if name in ("jku", "x5u"):
        return rng.choice([text(url) for url in ("https://a.example/k", "http://a", "HTTPS://a.example", "Http://a",
                                                 "ftp://a", "https:", "https://", "//a", "",
                                                 " https://a")] + [odd(rng)])
    if name == "jwk":
        return rng.choice(['{"kty":"oct","k":"AAAA"}', "{}", odd(rng)])
    if name == "x5c":
        return rng.choice(['["MIIB"]', "[]", '[""]', odd(rng)])
    if name == "b64":
        return rng.choice(["true", "true", "false", odd(rng)])
    if name == "crit":
        names = [rng.choice(["exp", "b64", "kid", "alg", "typ", "crit", "x", "", "jku", "enc", "zip", "cty"])
                 for _ in range(rng.randrange(4))]
        return rng.choice([text(names), text(names), '["b64"]', '["alg"]', "[]", '["b64","b64"]', '["kid",1]', '"b64"',
                           '"alg"', odd(rng)])
    return rng.choice([text("JWT"), text("at+jwt"), text(""), odd(rng)])


def dress(rng, data):
    """The same JSON text in another dress, mostly one that a strict reader refuses."""
    as_text = data.decode("utf-8", "surrogatepass")
    return rng.choice([
        lambda: b"\xef\xbb\xbf" + data, lambda: as_text.encode("utf-16", "surrogatepass"),
        lambda: as_text.encode("utf-16-le", "surrogatepass"), lambda: as_text.encode("utf-16-be", "surrogatepass"),
        lambda: as_text.encode("utf-32-le", "surrogatepass"), lambda: b" \t\r\n" + data + b" \n",
        lambda: b"\x0b" + data, lambda: data + b"\x00", lambda: data + b"x", lambda: data + data, lambda: data[:-1],
        lambda: data[:-1] + b",}", lambda: data.replace(b":", b" : ", 3), lambda: data.replace(b'"', b"'"),
        lambda: data[:-1] + b',"u":"\xff"}', lambda: data[:-1] + b',"u":"\xed\xa0\x80"}',
        lambda: data[:-1] + b',"u":"\xc0\x80"}', lambda: data[:-1] + b',"u":"a\tb"}',
        lambda: data[:-1] + b',"u":"\x7f"}', lambda: data[:-1] + b',"u":"\\x"}', lambda: data[:-1] + b',"u":"\\u12"}',
        lambda: b"[" + data + b"]", lambda: b"", lambda: b"null", lambda: b"{}", lambda: b'"x"', lambda: data + b"//c",
        lambda: b"/**/" + data, lambda: data[:-1] + b',"":1}',
        lambda: data[:-1] + b',"u":' + b"[" * 200 + b"]" * 200 + b"}", lambda: data[:-1] + b',"u":"\xf4\x90\x80\x80"}',
        lambda: data[:-1] + b',"\xc3\xa9":1,"u":"\xf0\x9f\x98\x80"}'])()


def respell(rng, segment):
    """Another spelling of a base64url segment, mostly one that a strict reader refuses."""
    place = rng.randrange(len(segment) + 1)
    last = segment[-1:]
    neighbour = chr(ord(last) + 1) if last.isalnum() else "A"
    return rng.choice([
        segment + "=" * (-len(segment) % 4), segment + "=", segment + "==", segment[:-1], segment[:-1] + neighbour,
        segment + "A", segment.replace("-", "+").replace("_", "/"), segment[:place] + "\n" + segment[place:],
        segment[:place] + " " + segment[place:], segment[:place] + "!" + segment[place:],
        segment[:place] + "é" + segment[place:], segment[:place] + "~" + segment[place:],
        segment[:place] + "\u0000" + segment[place:], segment[:place] + "\ud800", "", segment + "\n", "A",
        segment[:place] + "+" + segment[place:]])


@functools.lru_cache(maxsize=None)
def certificate(key, signer):
    """A certificate for the key; signers that cannot sign certificates are replaced by one that can."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    start = datetime.datetime(2026, 9, 1)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public).serial_number(7)
            .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=900)))
    return made.sign(signer.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Group:
    """One configuration: what FastMCP's JWTVerifier is made with, and where its keys come from."""

    def __init__(self, rng, pool):
        self.rng, self.pool = rng, pool
        self.algorithm = rng.choices(ALGORITHMS, [8, 2, 2, 3, 1, 1, 4, 2, 2, 3, 3, 3, 3, 1, 1])[0]
        given = rng.choices([self.algorithm, None, "", "ES256K", "none", "rs256", "RS256 "], [150, 8, 1, 1, 1, 1, 1])[0]
        if not given:
            self.algorithm = "RS256"
        self.config = {"algorithm": given, "issuer": self.expected(ISSUERS), "audience": self.expected(AUDIENCES),
                       "required_scopes": rng.choices([None, [], ["read"], ["read", "write"], ["a,b"], ["a b"], ["é"],
                                                       [" read "], ["read", ""], "read write", "read,write",
                                                       '["read","a b"]', ""],
                                                      [30, 1, 4, 2, 1, 1, 1, 1, 1, 2, 2, 1, 1])[0]}
        self.signer = pool.fitting(rng, self.algorithm)
        self.entries = []  # each key of the set with the text of its kid, or None
        self.source = {}
        if self.algorithm.startswith("HS") and rng.random() < 0.95:
            self.source = {"secret": base64.b64encode(self.secret()).decode(), "as_text": rng.random() < 0.5}
        elif rng.random() < 0.3:
            self.source = {"public_key": base64.b64encode(self.static_key()).decode(), "as_text": rng.random() < 0.7}
        else:
            self.source = {"jwks": base64.b64encode(self.key_set()).decode()}

    def expected(self, values):
        """What an issuer or audience parameter is given."""
        rng = self.rng
        return rng.choices([None, rng.choice(values), [rng.choice(values)], [rng.choice(values), rng.choice(values)],
                            []], [5, 5, 2, 3, 1])[0]

    def secret(self):
        if self.rng.random() < 0.06:  # a public key as secret
            key = self.rng.choice(self.pool.all)
            return self.rng.choice([key.spki(), key.spki(serialization.Encoding.DER),
                                    certificate(key, self.pool.rsa[0]), self.pool.rsa[0].pkcs1(),
                                    self.pool.rsa[0].pkcs1(serialization.Encoding.DER), self.pool.rsa[0].openssh(),
                                    b"prefix " + key.spki(), key.spki()[:-40], self.pool.okp["Ed25519"][0].openssh(),
                                    key.pkcs8()])
        return self.signer.data

    def static_key(self):
        rng, key, pool = self.rng, self.signer, self.pool
        if key.kty == "oct":
            return key.data
        if rng.random() < 0.1:
            key = rng.choice(pool.all)
        pem = key.spki()
        forms = [lambda: pem] * 60 + [
            lambda: key.pkcs8(), lambda: certificate(key, pool.rsa[0]), lambda: certificate(key, pool.ec["P-256"][0]),
            lambda: pem.replace(b"\n", b"\r\n"), lambda: pem.replace(b"\n", b" "),
            lambda: b"    " + pem.replace(b"\n", b"\n    "), lambda: b"Bag Attributes\n    key: 1\n" + pem,
            lambda: pem + b"trailing text\n", lambda: pem.rstrip(b"\n"), lambda: pem + pool.rsa[1].spki(),
            lambda: key.spki(serialization.Encoding.DER), lambda: pem[:-60], lambda: b"garbage",
            lambda: pem.replace(b"\n", b"\\n"), lambda: b"\xef\xbb\xbf" + pem, lambda: b"\n\n" + pem,
            lambda: certificate(key, pool.rsa[0]) + certificate(pool.rsa[1], pool.rsa[0]),
            lambda: pem.replace(b"PUBLIC", b"RSA PUBLIC"), lambda: pem.replace(b"PUBLIC KEY", b"EC PUBLIC KEY"),
            lambda: key.pkcs8() + pem, lambda: pem + key.pkcs8(),
            lambda: certificate(key, pool.rsa[0]).replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
            lambda: pem.decode().encode("utf-16"), lambda: pem.replace(b"-----BEGIN", b"----BEGIN"),
            lambda: json.dumps({"kty": key.kty, **key.public_members}).encode()]
        if key.kty == "RSA":
            forms += [lambda: key.pkcs1(), lambda: key.pkcs1(serialization.Encoding.DER),
                      lambda: key.pkcs1().replace(b"RSA ", b""), lambda: key.traditional(), lambda: key.openssh()]
        if key.kty == "EC":
            forms += [lambda: key.traditional(), lambda: key.openssh() if key.curve.startswith("P") else pem]
        if key.kty == "OKP" and key.curve == "Ed25519":
            forms += [lambda: key.openssh()]
        return rng.choice(forms)()

    def number_member(self, key, name, value):
        """A member that holds a number, sometimes written in another way."""
        rng = self.rng
        if rng.random() < 0.9:
            return text(value)
        data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        whole = int.from_bytes(data, "big")
        forms = [b64url(b"\x00" + data), b64url(b"\x00" * 3 + data), value + "=" * (-len(value) % 4), value + "=",
                 base64.b64encode(data).decode(), value + "\n", "", value[:-1], value + "A", b64url(data[:-1]),
                 b64url(data[1:]), b64url(data + b"\x00"), value + "é", b64url(number(whole + 2)),
                 b64url(data.lstrip(b"\x00")), "AQ", "AA", "Ag", "Aw"]
        if key.curve in PRIMES and name in "xy":
            forms += [b64url(number(whole + PRIMES[key.curve])), b64url(number(PRIMES[key.curve]))] * 3
        return rng.choice([text(rng.choice(forms)), text(rng.choice(forms)), odd(rng)])

    def entry(self, key):
        """A JWK of the key with some of its optional members, each now and then odd."""
        rng = self.rng
        if rng.random() < 0.03:
            return rng.choice(["5", '"x"', "null", "[]", "{}", '{"kty":"RSA"}', '{"kid":"k1"}', '{"kty":null}',
                               '{"kty":"AKP","kid":"k2"}'])
        kid = rng.choices([text(rng.choice(KIDS)), None, odd(rng)], [20, 4, 1])[0]
        self.entries.append((key, kid))
        named = [("kid", kid)] if kid is not None else []
        if rng.random() < 0.5:
            members = {"kty": key.kty, **key.public_members}
            members.update(rng.choice([{}, {"use": "sig"}, {"alg": self.algorithm}]))
            return obj([(text(name), text(value)) for name, value in members.items()] + [(text(n), v) for n, v in named])
        pairs = [("kty", rng.choices([text(key.kty), text(key.kty.lower()), text("RSA"), odd(rng)], [60, 1, 1, 1])[0])]
        for name, value in key.public_members.items():
            if rng.random() < 0.99:
                pairs.append((name, self.curve_member(value) if name == "crv" else self.number_member(key, name, value)))
        pairs += named
        if rng.random() < 0.06:
            pairs += [(name, self.number_member(key, name, value))
                      for name, value in key.private_members.items() if rng.random() < 0.9]
        pairs += self.optional_members()
        if rng.random() < 0.03:
            pairs.append(rng.choice(pairs))
        if rng.random() < 0.03:
            pairs.append(("kid", text(rng.choice(KIDS))))
        if rng.random() < 0.5:
            rng.shuffle(pairs)
        return obj((text(name), value) for name, value in pairs)

    def curve_member(self, curve):
        rng = self.rng
        others = [*CURVES, "Ed25519", "Ed448", "X25519", "P-224", "p-256"]
        return rng.choices([text(curve), text(rng.choice(others)), odd(rng)], [38, 1, 1])[0]

    def optional_members(self):
        rng = self.rng
        chances = {"use": 0.4, "alg": 0.4, "key_ops": 0.12, "x5t": 0.04, "x5t#S256": 0.03, "x5u": 0.03, "x5c": 0.04,
                   "oth": 0.01, "ext": 0.05, "k": 0.02}
        values = {
            "use": ['"sig"'] * 9 + ['"enc"', '"SIG"', '""', '"jwt-svid"', '["sig"]', "[]", "null", odd(rng)],
            "alg": [text(self.algorithm)] * 9 + [text(rng.choice(ALGORITHMS)), '""', "null", '"RSA-OAEP"', odd(rng)],
            "key_ops": ['["verify"]'] * 5 + ['["sign"]', '["verify","sign"]', "[]", '"verify"', '"sig"', '"sign"', "null",
                                             '["encrypt"]', '["verify","verify"]', '["foo"]', "[1]", '{"verify":1}',
                                             "{}", odd(rng)], "x5t": ['"abc"', '""', "null", odd(rng)],
            "x5t#S256": ['"abc"', "null", odd(rng)],
            "x5u": ['"https://a.example/c"', '"ftp://a"', "null", '""', odd(rng)],
            "x5c": ['["MIIB"]', "[]", '"x"', "[1]", "null", odd(rng)], "oth": ["[]", "null", '[{"r":"AQ"}]'],
            "ext": ["true", odd(rng)], "k": ['"AAAA"', "null"]}
        return [(name, rng.choice(values[name])) for name, chance in chances.items() if rng.random() < chance]

    def key_set(self):
        rng = self.rng
        signer = self.signer if self.signer.kty != "oct" else Secret(b"0123456789abcdef0123456789abcdef")
        others = rng.choices([0, 1, 2, 4], [5, 3, 3, 1])[0]
        # Often a second key of the same type, since keys of other types count differently from version to version.
        fitting = lambda: self.pool.fitting(rng, self.algorithm)
        entries = [signer] + [fitting() if rng.random() < 0.4 else rng.choice(self.pool.all) for _ in range(others)]
        rng.shuffle(entries)
        keys = "[" + ",".join(self.entry(key) for key in entries) + "]"
        body = obj(rng.choices([[('"keys"', keys)], [('"x"', odd(rng)), ('"keys"', keys)],
                                [('"keys"', "[]"), ('"keys"', keys)], [('"keys"', keys), ('"keys"', "[]")],
                                [('"Keys"', keys)], [('"keys"', odd(rng))], [],
                                [('"keys"', '{"k1":' + keys[1:-1] + "}")], [('"\\u006beys"', keys)]],
                                [70, 2, 1, 1, 1, 1, 1, 1, 1])[0])
        body = rng.choices([body, keys, "null", "5", '"keys"', ""], [150, 1, 1, 1, 1, 1])[0]
        data = body.encode("utf-8", "surrogatepass")
        return dress(rng, data) if rng.random() < 0.03 else data

    def key_and_kid(self):
        """A key that signs, and what the header calls it; mostly both of one entry of the set."""
        rng = self.rng
        usable = [entry for entry in self.entries if entry[0].kty == self.signer.kty
                  and entry[0].curve == self.signer.curve]
        key, kid = rng.choice(usable) if usable else (self.signer, None)
        return key, rng.choices([kid, None, text(rng.choice(KIDS)), odd(rng)], [80, 10, 4, 2])[0]

    def header(self, kid):
        rng = self.rng
        pairs = [("alg", text(self.algorithm)), ("typ", '"JWT"')]
        if kid is not None:
            pairs.append(("kid", kid))
        if rng.random() < 0.2:
            for _ in range(rng.choices([1, 2], [4, 1])[0]):
                name = rng.choice(["alg", "kid", "jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
                                   "crit", "b64", "enc", "zip", "nonce", "exp"])
                how = rng.random()
                kept = [pair for pair in pairs if pair[0] != name]
                if how < 0.1:
                    pairs = kept  # the member is missing
                elif how < 0.2:
                    pairs.insert(rng.randrange(len(pairs) + 1), (name, header_value(rng, name,
                                                                              self.algorithm)))  # perhaps twice
                else:
                    pairs = kept + [(name, header_value(rng, name, self.algorithm))]
            if rng.random() < 0.2:
                pairs += [("crit", rng.choice(['["b64"]', '["b64","kid"]'])), ("b64", rng.choice(["false", "true"]))]
        if rng.random() < 0.02:
            pairs.append(("pad", text("p" * rng.randrange(200, 330))))
        names = [(text(name) if rng.random() < 0.99 else '"' + "".join(f"\\u{ord(c):04x}" for c in name) + '"', value)
                 for name, value in pairs]
        return obj(names).encode("utf-8", "surrogatepass")

    def payload(self, at):
        rng, config = self.rng, self.config
        one_of = lambda value, otherwise: rng.choice(value) if isinstance(value, list) and value else value or otherwise
        claims = {"iss": text(one_of(config["issuer"], ISSUERS[0])), "sub": '"u1"',
                  "aud": text(one_of(config["audience"], "api")), "client_id": '"app"',
                  "scope": text(rng.choice(["read write a,b é", "read write"])), "iat": str(at - 60),
                  "exp": str(at + 3600)}
        if config["required_scopes"] and rng.random() < 0.7:
            claims["scope"] = text(["read", "write", "a,b", "a b", "é"])
        draw = {"iss": lambda: listed(rng, ISSUERS), "aud": lambda: listed(rng, AUDIENCES),
                "exp": lambda: moment(rng, at), "nbf": lambda: moment(rng, at), "iat": lambda: moment(rng, at),
                "scope": lambda: scope(rng), "scp": lambda: scope(rng), "client_id": lambda: identity(rng),
                "azp": lambda: identity(rng), "sub": lambda: identity(rng), "jti": lambda: odd(rng),
                "x": lambda: odd(rng), "\ud800": lambda: odd(rng), "": lambda: odd(rng), "é": lambda: odd(rng)}
        twice = []
        for _ in range(rng.choices([0, 1, 2, 3], [4, 5, 2, 1])[0]):
            name = rng.choice(["iss", "aud", "exp", "exp", "nbf", "nbf", "iat", "scope", "scope", "scp", "client_id",
                               "client_id", "azp", "sub", "jti", "x", "\ud800", "", "é"])
            how = rng.random()
            if how < 0.15:
                claims.pop(name, None)
            elif how < 0.22:
                twice.append((name, draw[name]()))
            else:
                claims[name] = draw[name]()
        if rng.random() < 0.3:
            claims.pop("client_id", None)
        if rng.random() < 0.2:
            claims.pop("scope", None)
            claims["scp"] = scope(rng)
        if rng.random() < 0.004:
            # base64 of the payload around the limit of 128000
            others = sum(len(name) + len(value) + 4 for name, value in claims.items())
            claims["x"] = text("p" * (96000 - others - rng.randrange(-4, 40)))
        pairs = list(claims.items()) + twice
        return obj((text(name), value) for name, value in pairs).encode("utf-8", "surrogatepass")

    def signature_edge(self, signature):
        rng = self.rng
        half = len(signature) // 2
        forms = [bytes([signature[0] ^ 1]) + signature[1:], signature[:-1] + bytes([signature[-1] ^ 1]), signature[:-1],
                 signature[1:], signature + b"\x00", b"\x00" + signature, b"", b"\x00" * len(signature),
                 b"\xff" * len(signature), signature + signature, signature.lstrip(b"\x00"),
                 b"\x01" * rng.choice([700, 768, 769, 800])]
        if self.algorithm.startswith("ES"):
            forms += [der_signature(signature), signature[half:] + signature[:half], signature[:half],
                      b"\x00" * half + signature[half:], signature[:half] + b"\x00" * half]
        return rng.choice(forms)

    def token(self, at):
        rng = self.rng
        key, kid = self.key_and_kid()
        header, payload = self.header(kid), self.payload(at)
        if rng.random() < 0.03:
            header = dress(rng, header)
        if rng.random() < 0.05:
            payload = dress(rng, payload)
        segments = [b64url(header), b64url(payload)]
        if b'"b64":false' in header:
            # RFC 7797: the payload stands as it is. A dot in it would be taken for the end of a segment.
            raw = payload.replace(b".", b"\\u002e") if rng.random() < 0.9 else payload
            segments[1] = raw.decode("utf-8", "replace")
        edge = rng.random()
        if edge < 0.03:
            segments[rng.randrange(2)] = respell(rng, rng.choice(segments))
        algorithm = self.algorithm
        if rng.random() < 0.04:
            key = rng.choice(self.pool.all)
        elif rng.random() < 0.02:
            algorithm = rng.choice([name for name in ALGORITHMS if name[:2] == algorithm[:2]])
        elif key.kty == "oct" and self.source.get("secret"):
            key = Secret(base64.b64decode(self.source["secret"]) or b"x")
        signing_input = ".".join(segments)
        try:
            signature = sign(rng, algorithm, key, signing_input.encode("utf-8", "surrogatepass"))
        except ValueError:
            signature = rng.randbytes(64)
        if rng.random() < 0.05:
            signature = self.signature_edge(signature or b"\x00")
        segments.append(b64url(signature))
        if rng.random() < 0.03:
            segments[2] = respell(rng, segments[2])
        whole = ".".join(segments)
        if rng.random() < 0.02:
            whole = rng.choice([whole + ".", "." + whole, whole + ".x.y", whole + " ", whole + "\n",
                                whole.replace(".", "..", 1), segments[0], ".".join(segments[:2]), "", ".", "..", "...",
                                "x", "é", whole.upper(), "\u0000" + whole, " ".join(segments),
                                whole[: rng.randrange(len(whole))]])
        return whole

    def cases(self, count):
        for _ in range(count):
            at = self.rng.choices([AT, AT + self.rng.randrange(10**6), AT + 0.5, 2**31, 2**31 - 1, 10**9],
                                  [20, 4, 1, 1, 1, 1])[0]
            yield {"token": self.token(at), "at": at}


# Static tables, and calls of create_token.
def static_group(rng):
    names = ["dev", "ci", "a.b.c", "é", "tok en", "x" * 300, "eyJhbGciOiJub25lIn0.e30.", "\"q\""]
    table = {}
    some_are_broken = rng.random() < 0.1
    for name in rng.sample(names, rng.randrange(1, 5)):
        entry = {"client_id": rng.choice(["app", "app", "", "é\n"]),
                 "scopes": rng.choice([["read"], ["read", "write"], [], ["a b"]]),
                 "expires_at": rng.choice([None, AT - 1, AT, AT + 1, AT + 3600, AT + 0.5, AT - 0.5, float(AT + 5),
                                           10**30, 0]), "sub": rng.choice(["u1", None, ""]),
                 "extra": rng.choice([1, {"a": [1.5, "é"]}, None])}
        if some_are_broken:
            entry[rng.choice(["client_id", "scopes", "expires_at",
                              "sub"])] = rng.choice([5, None, ["a"], "read", [1], {"a": 1}, "soon", True])
        for member in list(entry):
            if rng.random() < 0.3 and (some_are_broken or member != "client_id"):
                del entry[member]
        table[name] = rng.choices([entry, {}, None], [15, some_are_broken, some_are_broken])[0]
    required = rng.choice([None, None, [], ["read"], ["read", "write"]])
    tokens = list(table) + rng.sample(names, 3) + ["nobody"]
    return {"table": table, "required_scopes": required, "cases": [{"token": token, "at": AT} for token in tokens]}


def create_token_call(rng):
    """Arguments of RSAKeyPair.create_token that the command line can say as well."""
    call = {}
    if rng.random() < 0.5:
        call["subject"] = rng.choice(["u1", "", "é\"\\\u0001\u007f\u2028", "a b", "😀"])
    if rng.random() < 0.5:
        call["issuer"] = rng.choice(["https://idp.example", "", "ключ"])
    if rng.random() < 0.6:
        call["audience"] = rng.choice(["api", ["a", "b"], ["a", "a", "é"], ""])
    if rng.random() < 0.6:
        call["scopes"] = rng.choice([["read"], ["read", "write"], [], ["a b", "c"], ["é"]])
    if rng.random() < 0.5:
        call["expires_in_seconds"] = rng.choice([1, 60, 0, -5, 10**9, 3600])
    if rng.random() < 0.6:
        names = ["tenant", "roles", "sub", "exp", "é", "aud", "iat", "scope", "a\"b"]
        values = [1, 1.5, "x", None, True, [], ["a", 1], {"a": {"b": [1, 2.0]}}, 1e22, -0.0, 10**25, "é\u0007\n", 1e-7,
                  123456.789]
        call["additional_claims"] = {name: rng.choice(values) for name in rng.sample(names, rng.randrange(1, 4))}
    if rng.random() < 0.4:
        call["kid"] = rng.choice(["k1", "", "é", "a\"b"])
    return call
