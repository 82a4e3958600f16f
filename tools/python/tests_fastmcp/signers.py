"""Keys, tokens and a key endpoint for the tests of the drop-in."""

import time

from fastmcp.server.auth.providers import jwt as fastmcp_jwt
from fastmcp.server.auth.providers.jwt import RSAKeyPair
from joserfc import jwk, jwt

http = getattr(fastmcp_jwt, "httpx2", None) or fastmcp_jwt.httpx

ISSUER = "https://idp.example"
AUDIENCE = "https://api.example"
SECRET = "0123456789abcdef0123456789abcdef"
JWKS_URI = "https://idp.example/jwks.json"


def claims(**changes):
    """Claims that are good for an hour; a change to None takes the claim out."""
    made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "client_id": "app", "scope": "read write",
            "exp": int(time.time()) + 3600, **changes}
    return {name: value for name, value in made.items() if value is not None}


class Signer:
    """A key, its public half as PEM and JWK, and tokens signed with it."""

    def __init__(self, algorithm, key, kid=None):
        self.algorithm, self.key, self.kid = algorithm, key, kid

    @classmethod
    def new(cls, algorithm, kid=None):
        if algorithm.startswith("HS"):
            return cls(algorithm, jwk.import_key(SECRET, "oct"), kid)
        if algorithm.startswith("ES"):
            return cls(algorithm, jwk.generate_key("EC", {"ES256": "P-256", "ES384": "P-384"}[algorithm]), kid)
        return cls(algorithm, jwk.import_key(RSAKeyPair.generate().private_key.get_secret_value(), "RSA"), kid)

    @property
    def pem(self):
        return self.key.as_pem(private=False).decode()

    @property
    def jwk(self):
        return {**self.key.as_dict(private=False), "kid": self.kid}

    def token(self, **changes):
        header = {"alg": self.algorithm, **({"kid": self.kid} if self.kid else {})}
        return jwt.encode(header, claims(**changes), self.key, algorithms=[self.algorithm])


class KeyEndpoint:
    """A key endpoint behind an HTTP client of FastMCP's kind. It counts requests."""

    def __init__(self, *signers):
        self.signers = list(signers)
        self.requests = 0
        self.status = 200

    def _answer(self, request):
        self.requests += 1
        return http.Response(self.status, json={"keys": [signer.jwk for signer in self.signers]})

    def client(self):
        return http.AsyncClient(transport=http.MockTransport(self._answer))
