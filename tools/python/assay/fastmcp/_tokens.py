"""What a valid token holds: its claims as FastMCP reads them, AccessTokens made of them, and a memo of both."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from fastmcp.server.auth import AccessToken
from fastmcp.server.auth.providers import jwt as fastmcp_jwt
from pydantic_core import from_json

from assay import _core

from ._profile import PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    import assay

    from ._engine import Engine

Claims = dict[str, Any]
Fields = dict[str, Any]

# FastMCP gives the subject since 4.0.
_HAS_SUBJECT = PROFILE != "fastmcp@3.4"
# How far nbf may lie ahead. Before 4.2 nbf does not count.
NBF_SKEW: int | None = getattr(fastmcp_jwt, "_NBF_CLOCK_SKEW_SECONDS", None)
_MOST_TOKENS = 4096
_LONGEST_TOKEN = 16384


def claims_of(token: str, verdict: assay.Verdict | None = None) -> Claims:
    """The claims of a valid token as FastMCP reads them."""
    text: str | None = verdict.claims_json if verdict is not None else None
    # The engine writes null for a number that JSON does not know, such as NaN; Python reads it as a number.
    if text is None or "null" in text:
        return _payload_of(token)
    try:
        claims: Claims = from_json(text)  # takes a third of the time of json.loads
    except ValueError:  # it reads no lone surrogate and nests less deep
        claims = json.loads(text)
    return claims


def _payload_of(token: str) -> Claims:
    payload = token.split(".")[1]
    if "{" in payload:  # RFC 7797: not base64url, which has no brace
        text = payload.encode()
    else:
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    claims: Claims = json.loads(text)
    return claims


def client_of(claims: Claims) -> Any:
    """The client as FastMCP names it, before it is made a text."""
    return claims.get("client_id") or claims.get("azp") or claims.get("sub") or "unknown"


def access_token(token: str, claims: Claims, scopes: Any) -> AccessToken:
    """FastMCP's AccessToken, checked by pydantic."""
    exp = claims.get("exp")
    subject = {"subject": claims.get("sub")} if _HAS_SUBJECT else {}
    return AccessToken(
        token=token,
        client_id=str(client_of(claims)),
        scopes=scopes,
        expires_at=int(exp) if exp is not None else None,
        claims=claims,
        **subject,
    )


_SAMPLE = {"exp": 1, "sub": "s"}
_FIELDS = dict(access_token("t", dict(_SAMPLE), []).__dict__)  # all, in pydantic's order
_GIVEN = set(access_token("t", dict(_SAMPLE), []).__pydantic_fields_set__)
_new = AccessToken.__new__
_set = object.__setattr__


def fields_of(token: str, claims: Claims, scopes: list[str]) -> Fields:
    """The fields of an AccessToken whose types the engine has checked. They own `claims`."""
    exp = claims.get("exp")
    fields = _FIELDS.copy()
    fields["token"] = token
    fields["client_id"] = str(client_of(claims))
    fields["scopes"] = scopes.copy()
    fields["expires_at"] = int(exp) if exp is not None else None
    fields["claims"] = claims
    if _HAS_SUBJECT:
        fields["subject"] = claims.get("sub")
    return fields


def _as_pydantic_makes_it(fields: Fields) -> AccessToken:
    """The AccessToken with these fields, without a second check. It takes a third of the time."""
    made = _new(AccessToken)
    _set(made, "__dict__", fields)
    _set(made, "__pydantic_fields_set__", _GIVEN.copy())
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


def _checked(fields: Fields) -> AccessToken:
    return access_token(fields["token"], fields["claims"], fields["scopes"])


def _is_as_pydantic_makes_it() -> bool:
    try:
        made = _as_pydantic_makes_it(fields_of("t", dict(_SAMPLE), ["a"]))
        return made == access_token("t", dict(_SAMPLE), ["a"]) and not AccessToken.__private_attributes__
    except (AttributeError, TypeError):
        return False


# Another pydantic may keep its fields in another way.
_IS_KNOWN = _is_as_pydantic_makes_it()
from_fields: Callable[[Fields], AccessToken] = _as_pydantic_makes_it if _IS_KNOWN else _checked


def granter(verifier: assay.Verifier) -> _core.Granter | None:
    """What judges a token and makes its AccessToken in one call; None if Python has to make it."""
    return _core.Granter(verifier, AccessToken, _FIELDS, _GIVEN) if _IS_KNOWN else None


class _Seen:
    """A token that an engine accepted, and what it grants."""

    __slots__ = ("deep", "engine", "exp", "fields", "lists", "nbf")

    def __init__(self, engine: Engine, fields: Fields) -> None:
        claims = fields["claims"]
        self.engine = engine
        self.exp = claims.get("exp")
        self.nbf = claims.get("nbf") if NBF_SKEW is not None else None
        # The claims that a caller could change in place: lists of plain values, and what holds more.
        self.lists = [name for name, value in claims.items() if type(value) is list and not any(map(_is_open, value))]
        self.deep = [name for name, value in claims.items() if _is_open(value) and name not in self.lists]
        self.fields = fields
        self.fields = self.own_fields()

    def holds(self, engine: Engine, now: float) -> bool:
        """Whether the engine would accept it now. Only times can change a verdict under the same key and policy."""
        return (
            self.engine is engine
            and not (self.exp is not None and self.exp < now)
            and not (self.nbf is not None and self.nbf > now + (NBF_SKEW or 0))
        )

    def own_fields(self) -> Fields:
        """Fields that the caller may change."""
        fields = self.fields.copy()
        fields["claims"] = claims = fields["claims"].copy()
        for name in self.lists:
            claims[name] = claims[name].copy()
        for name in self.deep:
            claims[name] = _copied(claims[name])
        fields["scopes"] = fields["scopes"].copy()
        return fields


def _is_open(value: Any) -> bool:
    return type(value) is list or type(value) is dict


def _copied(value: Any) -> Any:
    if type(value) is list:
        return [_copied(item) for item in value]
    if type(value) is dict:
        return {name: _copied(item) for name, item in value.items()}
    return value


class Memo:
    """What tokens grant that were seen twice. A token that comes again costs neither a signature nor JSON.

    An entry holds under the engine that accepted it, and an engine is one key under one policy: when keys rotate or the
    policy changes, the token is verified again. Its times are checked each time.
    """

    def __init__(self, most: int = _MOST_TOKENS) -> None:
        self._most = most
        self._once: set[int] = set()  # hashes of tokens that were seen once
        self._seen: dict[str, _Seen] = {}

    def fields(self, token: str, engine: Engine, now: float) -> Fields | None:
        """The fields of a known token that still holds, for the caller to keep."""
        seen = self._seen.get(token)
        if seen is None:
            return None
        if seen.holds(engine, now):
            try:
                return seen.own_fields()
            except RecursionError:  # little of the stack is left: to verify it again takes less
                pass
        self._seen.pop(token, None)
        return None

    def keep(self, engine: Engine, fields: Fields) -> None:
        """Remembers a token that was accepted, from the second time on."""
        token: str = fields["token"]
        digest = hash(token)
        if digest not in self._once:
            if len(self._once) >= 4 * self._most:
                self._once.clear()
            if self._most:
                self._once.add(digest)
        elif len(token) <= _LONGEST_TOKEN:
            if len(self._seen) >= self._most:
                self._seen.clear()
            try:
                self._seen[token] = _Seen(engine, fields)
            except RecursionError:  # claims that are nested too deep to be copied are read anew each time
                pass
