"""Key pairs and test tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._options import as_json, in_order, wrong_type

if TYPE_CHECKING:
    from ._core import Moment


def _request(
    subject: str,
    issuer: str,
    audience: str | Iterable[str] | None,
    scopes: Iterable[str] | None,
    expires_in_seconds: int,
    additional_claims: Mapping[str, Any] | None,
    kid: str | None,
    issued_at: Moment,
) -> dict[str, Any]:
    is_list = audience is not None and not isinstance(audience, str)
    claims = {} if additional_claims is None else additional_claims
    if not isinstance(claims, Mapping):
        raise wrong_type("additional_claims", "a dict", claims)
    return {
        "subject": subject,
        "issuer": issuer,
        "audiences": [] if audience is None else in_order("audience", audience),
        "audience_is_list": is_list,
        "scopes": in_order("scopes", () if scopes is None else scopes),
        "expires_in_seconds": expires_in_seconds,
        "additional_claims": [(name, as_json("additional_claims", value)) for name, value in claims.items()],
        "kid": kid,
        "issued_at": issued_at,
    }


class KeyPair:
    """A private key bound to one algorithm, for tests. repr() does not show it."""

    def __init__(self, private_key: str | bytes, algorithm: str) -> None:
        """Takes a PEM in PKCS#8, PKCS#1 or SEC 1, or for HS* the secret's exact bytes."""
        self._pair = _core.KeyPair.from_private(private_key, algorithm)

    @classmethod
    def generate(cls, algorithm: str = "RS256", bits: int = 2048) -> KeyPair:
        """Makes a new key; ``bits`` is for RSA."""
        made = cls.__new__(cls)
        made._pair = _core.KeyPair.generate(algorithm, bits)
        return made

    @property
    def algorithm(self) -> str:
        """The name of the algorithm."""
        return self._pair.algorithm

    @property
    def private_key(self) -> bytes:
        """PKCS#8 PEM; for HS* the secret's bytes."""
        return self._pair.private_pem

    @property
    def public_key(self) -> str:
        """SPKI PEM; empty for HS*."""
        return self._pair.public_pem

    def jwks(self, kid: str = "") -> str:
        """The key set with the public key, as JSON. For HS* it holds the secret."""
        return self._pair.jwks(kid)

    def create_token(
        self,
        subject: str = "fastmcp-user",
        issuer: str = "https://fastmcp.example.com",
        audience: str | Iterable[str] | None = None,
        scopes: Iterable[str] | None = None,
        expires_in_seconds: int = 3600,
        additional_claims: Mapping[str, Any] | None = None,
        kid: str | None = None,
        *,
        issued_at: Moment = None,
    ) -> str:
        """Signs one token. Claims, their order and defaults are those of FastMCP's RSAKeyPair."""
        return self._pair.create_token(
            _request(subject, issuer, audience, scopes, expires_in_seconds, additional_claims, kid, issued_at)
        )

    def __repr__(self) -> str:
        return f"<assay.{type(self).__name__} {self.algorithm}>"


class RSAKeyPair(KeyPair):
    """FastMCP's RSAKeyPair: RS256. The public key is kept as given and not compared with the private one, which signs."""

    def __init__(self, private_key: Any, public_key: str) -> None:
        """Takes two PEMs. A pydantic SecretStr is fine as well."""
        if hasattr(private_key, "get_secret_value"):
            private_key = private_key.get_secret_value()
        super().__init__(private_key, "RS256")
        self._public_key: str | None = public_key

    @classmethod
    def generate(cls, algorithm: str = "RS256", bits: int = 2048) -> RSAKeyPair:
        """Makes a new key."""
        made = cls.__new__(cls)
        made._pair = _core.KeyPair.generate(algorithm, bits)
        made._public_key = None
        return made

    @property
    def public_key(self) -> str:
        """SPKI PEM, as given."""
        return self._pair.public_pem if self._public_key is None else self._public_key


def mint(
    key: KeyPair,
    count: int = 1,
    *,
    faults: Mapping[str, float] | None = None,
    seed: int | None = None,
    subject: str = "fastmcp-user",
    issuer: str = "https://fastmcp.example.com",
    audience: str | Iterable[str] | None = None,
    scopes: Iterable[str] | None = None,
    expires_in_seconds: int = 3600,
    additional_claims: Mapping[str, Any] | None = None,
    kid: str | None = None,
    issued_at: Moment = None,
) -> list[str]:
    """Signs ``count`` distinct tokens, each with a jti, on all cores.

    ``faults`` gives shares of tokens that are wrong on purpose: ``{"expired": 0.05, "signature": 0.01}``. The same
    seed gives the same faults in the same places.
    """
    if not isinstance(key, KeyPair):
        raise wrong_type("key", "a KeyPair", key)
    shares = {} if faults is None else faults
    if not isinstance(shares, Mapping):
        raise wrong_type("faults", "a dict", shares)
    request = _request(subject, issuer, audience, scopes, expires_in_seconds, additional_claims, kid, issued_at)
    return _core.mint_tokens(
        key._pair, request, count, list(shares.items()), secrets.randbits(64) if seed is None else seed
    )
