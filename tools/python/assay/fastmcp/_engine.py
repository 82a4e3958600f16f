"""Verifiers of the engine, made of what a JWTVerifier of FastMCP is told: one for each key and policy."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from fastmcp.server.auth import AccessToken

import assay

from ._profile import PROFILE
from ._tokens import granter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# FastMCP has no limit of its own below that of joserfc, which the profile mirrors.
_MAX_TOKEN_BYTES = 4 << 20
# Keys that are kept ready at once. A key set seldom has more that sign.
_MOST_ENGINES = 64


class Policy(NamedTuple):
    """What a verifier expects of a token."""

    algorithm: Any
    issuer: Any
    audience: Any
    required_scopes: Any
    # A subclass has rules of its own for the issuer or the scopes. FastMCP's checks are then made in Python.
    has_hooks: bool

    @classmethod
    def frozen(cls, values: tuple[Any, ...]) -> Policy:
        """With lists of its own, so that a change of the caller's list is noticed."""
        own: list[Any] = [list(value) if type(value) is list else value for value in values]
        return cls(*own)

    @property
    def is_for_the_engine(self) -> bool:
        """Whether the engine can apply it: it knows texts and lists of texts, and no rules of a subclass."""
        texts = (self.issuer, self.audience, self.required_scopes)
        return not self.has_hooks and all(
            value is None
            or type(value) is str
            or (type(value) is list and all(type(item) is str for item in value))
            for value in texts
        )


_NOTHING = Policy(None, None, None, None, False)
# That of no verifier, so that the first one is another.
_NO_POLICY = Policy(..., None, None, None, False)


class Engine:
    """One key under one policy."""

    __slots__ = ("applies_policy", "in_bursts", "verify", "verify_batch")

    def __init__(self, key: str | bytes, policy: Policy) -> None:
        data = key.encode() if isinstance(key, str) else key
        is_secret = policy.algorithm.startswith("HS")
        self.applies_policy = policy.is_for_the_engine
        # Hashing one token costs less than waiting for others.
        self.in_bursts = not is_secret
        expected = policy if self.applies_policy else _NOTHING
        verifier = assay.Verifier(
            data if not is_secret else None,
            secret=data if is_secret else None,
            issuer=expected.issuer,
            audience=expected.audience,
            required_scopes=expected.required_scopes or None,
            algorithm=policy.algorithm,
            profile=PROFILE,
            max_token_bytes=_MAX_TOKEN_BYTES,
            memo_memory=0,  # Memo remembers tokens together with their claims
            on_note=_ignore,
        )
        # An AccessToken, or a Verdict: on a token that is rejected, or whose AccessToken Python has to make.
        grants = granter(verifier) if self.applies_policy else None
        self.verify: Callable[[str, float], AccessToken | assay.Verdict] = grants.judge if grants else verifier.verify
        self.verify_batch: Callable[[list[str], float], Sequence[AccessToken | assay.Verdict]] = (
            grants.judge_batch if grants else verifier.verify_batch
        )


def _ignore(line: str) -> None:
    """Notes are about keys that are odd; FastMCP takes them without a word."""


class Engines:
    """The engines of one JWTVerifier: those of its present policy."""

    def __init__(self) -> None:
        # Replaced together, so that no thread takes an engine for one of another policy.
        self._present: tuple[Policy, OrderedDict[str | bytes, Engine | None]] = (_NO_POLICY, OrderedDict())

    def get(self, key: str | bytes, *policy: Any) -> Engine | None:
        """The engine for the key; None if assay cannot use the key or the algorithm.

        `policy` are the members of Policy. They may be changed at any time, so they are compared at each token.
        """
        present, by_key = self._present
        if policy != present:
            present, by_key = Policy.frozen(policy), OrderedDict()
            self._present = (present, by_key)
        try:
            return by_key[key]
        except KeyError:
            engine = _make(key, present)
            if len(by_key) >= _MOST_ENGINES:
                by_key.popitem(last=False)
            by_key[key] = engine
            return engine


def _make(key: str | bytes, policy: Policy) -> Engine | None:
    try:
        return Engine(key, policy)
    except (ValueError, TypeError, AttributeError):  # SetupError is a ValueError; an algorithm may be no text at all
        return None
