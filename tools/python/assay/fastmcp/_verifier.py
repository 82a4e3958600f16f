"""The drop-in for FastMCP's JWTVerifier."""

from __future__ import annotations

import inspect
import logging
import time
from typing import TYPE_CHECKING, Any

from anyio.lowlevel import checkpoint
from fastmcp.server.auth import AccessToken
from fastmcp.server.auth.providers import jwt as fastmcp_jwt
from fastmcp.utilities.auth import decode_jwt_header
from joserfc.errors import JoseError
from starlette.middleware import Middleware

from assay._options import require_order

from . import _burst
from ._engine import Engine, Engines
from ._rejection import ErrorDescriptions, Rejection, checked_callback, is_noted, note, shown
from ._routes import Routes
from ._tokens import Claims, Fields, Memo, access_token, claims_of, client_of, fields_of, from_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import assay

_log = logging.getLogger("assay")

Original: Any = fastmcp_jwt.JWTVerifier

# What a subclass may override, as FastMCP has it.
_extract_scopes = Original._extract_scopes
_validate_issuer = getattr(Original, "_validate_issuer", None)  # FastMCP 3.4 has none
_get_verification_key = Original._get_verification_key

# FastMCP rejects a token if one of these is raised. A header that is nested too deep is rejected as well,
# where FastMCP lets the RecursionError escape.
_REJECTING = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
_MOST_HEADERS = 1024
_LONGEST_HEADER = 1024
# Tokens of verify_tokens that are verified before other tasks have a turn: about 3 ms.
_MOST_IN_A_TURN = 512

# Set by install().
is_installed = False


def _overrides_key(verifier: Any) -> bool:
    """Whether a subclass, or the instance itself, chooses keys in its own way."""
    return (
        type(verifier)._get_verification_key is not _get_verification_key or "_get_verification_key" in verifier.__dict__
    )


def _overrides_rules(verifier: Any) -> bool:
    """Whether a subclass, or the instance itself, has rules of its own for issuers or scopes."""
    kind, own = type(verifier), verifier.__dict__
    if kind._extract_scopes is not _extract_scopes or "_extract_scopes" in own:
        return True
    return _validate_issuer is not None and (kind._validate_issuer is not _validate_issuer or "_validate_issuer" in own)


def _overrides_calls(verifier: Any) -> bool:
    """Whether a subclass, or the instance itself, does more or less than JWTVerifier for a token."""
    kind, own = type(verifier), verifier.__dict__
    return (
        kind.load_access_token is not JWTVerifier.load_access_token
        or kind.verify_token is not JWTVerifier.verify_token
        or "load_access_token" in own
        or "verify_token" in own
    )


class _Kind(type(Original)):  # type: ignore[misc]
    """While the drop-in is installed, a verifier that FastMCP made before counts as one."""

    def __instancecheck__(cls, instance: object) -> bool:
        kinds = type(instance).__mro__
        return cls in kinds or (is_installed and cls is JWTVerifier and Original in kinds)

    def __subclasscheck__(cls, subclass: type) -> bool:
        """By the bases as they are now; ABCMeta remembers what they were before install()."""
        return cls in subclass.__mro__


class _State:
    """What a verifier has prepared and remembers."""

    def __init__(self, memo: int | None = None) -> None:
        self.engines = Engines()
        self.memo = Memo() if memo is None else Memo(memo)
        self._kids: dict[str, Any] = {}

    def kid_of(self, token: str) -> Any:
        """The kid of the header. Tokens of one key have one header, so it is read once."""
        header, _, rest = token.partition(".")
        if header in self._kids and rest.count(".") == 1:
            return self._kids[header]
        kid = decode_jwt_header(token).get("kid")
        if len(header) <= _LONGEST_HEADER:
            if len(self._kids) >= _MOST_HEADERS:
                self._kids.clear()
            self._kids[header] = kid
        return kid


class JWTVerifier(Original, metaclass=_Kind):  # type: ignore[misc]
    """FastMCP's JWTVerifier on assay's engine.

    It takes all arguments of ``fastmcp.server.auth.providers.jwt.JWTVerifier``, raises the same errors, accepts the same
    tokens and returns the same AccessToken. Keys are fetched and cached by FastMCP's own code, with the given
    ``http_client``. Methods that a subclass overrides are called. Further arguments, all optional:

    * ``algorithm`` may be a list: tokens of each of them are accepted.
    * ``issuers``: ``{"https://a.example": {"jwks_uri": "..."}, ...}``, several issuers with arguments of their own, which
      count over the common ones. A token is verified only with the keys of the issuer that it names.
    * ``on_reject`` is called with a Rejection for each token that is rejected: the reason, a detail, who it was.
    * ``error_description``: a 401 of a server that has this verifier as ``auth`` says why (RFC 6750 §3), with nothing of
      the token. ``install(error_description=True)`` does it for every provider.
    * ``memo``: so many tokens are remembered, and cost no signature when they come again. Their times are checked each
      time, and a new key or policy verifies them anew. 0: none.

    Calls that arrive together, such as those of ``asyncio.gather``, are verified as a batch. ``verify_tokens`` takes a list.
    """

    _assay: _State | None = None
    _routes: Routes | None = None
    _on_reject: Callable[[Rejection], object] | None = None
    _error_description = False
    _warned = False

    def __init__(
        self,
        *,
        algorithm: str | Sequence[str] | None = None,
        issuers: Mapping[str, Mapping[str, Any]] | None = None,
        on_reject: Callable[[Rejection], object] | None = None,
        error_description: bool = False,
        memo: int | None = None,
        **arguments: Any,
    ) -> None:
        if on_reject is not None:  # else what install() was given
            checked_callback(on_reject)
            self._on_reject = on_reject
        self._error_description = error_description
        if memo is not None:
            if isinstance(memo, bool) or not isinstance(memo, int) or memo < 0:
                raise ValueError("memo: the number of tokens to remember, 0 or more")
            self._assay = _State(memo)
        if issuers is None and (algorithm is None or isinstance(algorithm, str)):
            super().__init__(algorithm=algorithm, **arguments)
            return
        routes = Routes(self, algorithm, issuers, {**arguments, "memo": memo})
        super().__init__(**{**arguments, **routes.first})
        if issuers is not None:
            self.issuer = routes.issuers.copy()
        routes.watch()
        self._routes = routes

    async def load_access_token(self, token: str) -> AccessToken | None:
        """The AccessToken of a valid token; None for any other."""
        if self._routes is not None:
            return await self._routes.load_access_token(token)
        state = self._assay
        if state is None:
            state = self._assay = _State()
        try:
            if _overrides_key(self):
                key = await self._get_verification_key(token)
            else:
                # FastMCP's rules for caches and refreshes.
                key = self.public_key or await self._get_jwks_key(state.kid_of(token))
        except _REJECTING as error:
            self._refuse_without_key(token, error)
            return None
        engine = self._engine_of(key, token, state)
        if engine is None:
            return await self._ask_fastmcp(token)
        now = time.time()
        fields = state.memo.fields(token, engine, now)
        if fields is not None:
            return from_fields(fields) if engine.applies_policy else self._apply_policy(token, fields["claims"])
        place = _burst.join(engine, token) if engine.in_bursts else None
        judged = engine.verify(token, now) if place is None else (await place[0])[place[1]]
        if type(judged) is AccessToken:
            state.memo.keep(engine, judged.__dict__)
            return judged
        fields = self._fields_of(judged, token, engine)
        if fields is None:
            return None
        state.memo.keep(engine, fields)
        return from_fields(fields) if engine.applies_policy else self._apply_policy(token, fields["claims"])

    async def verify_tokens(self, tokens: Iterable[str]) -> list[AccessToken | None]:
        """What verify_token says of each of many tokens, in their order: the fastest way, without a task for each.

        They are verified together, up to 512 at one moment; then other tasks have a turn. The memo is neither asked nor
        filled. The verify_token or load_access_token of a subclass is called for each token.
        """
        if isinstance(tokens, (str, bytes)):
            raise TypeError("tokens: expected a list of tokens, not a single one; for that there is verify_token")
        require_order("tokens", "a list of tokens", tokens)
        given = list(tokens)
        if _overrides_calls(self):
            return [await self.verify_token(token) for token in given]
        if self._routes is not None:
            return await self._routes.verify_tokens(given)
        made: list[AccessToken | None] = []
        for begin in range(0, len(given), _MOST_IN_A_TURN):
            if begin:
                await checkpoint()
            made += await self._verify_together(given[begin : begin + _MOST_IN_A_TURN])
        return made

    async def _verify_together(self, tokens: list[str]) -> list[AccessToken | None]:
        """All keys first, then all signatures, then what is to be said of each token, in their order."""
        chosen = await self._engines_for(tokens)
        now = time.time()
        made: list[Any] = [None] * len(tokens)
        for engine in {one for one in chosen if isinstance(one, Engine)}:
            if chosen.count(engine) == len(tokens):
                made = list(engine.verify_batch(tokens, now))
            else:
                own = [place for place, one in enumerate(chosen) if one is engine]
                for place, judged in zip(own, engine.verify_batch([tokens[place] for place in own], now)):
                    made[place] = judged
        for place, judged in enumerate(made):
            if type(judged) is not AccessToken:
                made[place] = await self._concluded(tokens[place], chosen[place], judged)
        return made

    async def _engines_for(self, tokens: list[str]) -> list[Engine | BaseException | None]:
        """For each token its engine, or why there is no key for it; None if FastMCP has to judge it."""
        state = self._assay
        if state is None:
            state = self._assay = _State()
        own_rule = _overrides_key(self)
        if not own_rule and self.public_key and set(map(type, tokens)) == {str}:
            return [self._engine_of(self.public_key, tokens[0], state)] * len(tokens)
        by_kid: dict[Any, Engine | None] = {}
        chosen: list[Engine | BaseException | None] = []
        for token in tokens:
            try:
                kid = None if own_rule or self.public_key else state.kid_of(token)
                if kid in by_kid and type(token) is str:
                    chosen.append(by_kid[kid])
                    continue
                if own_rule:
                    key = await self._get_verification_key(token)
                else:
                    key = self.public_key or await self._get_jwks_key(kid)
            except _REJECTING as error:
                chosen.append(error)
                continue
            engine = self._engine_of(key, token, state)
            chosen.append(engine)
            if not own_rule and type(token) is str:
                by_kid[kid] = engine
        return chosen

    def _engine_of(self, key: Any, token: Any, state: _State) -> Engine | None:
        """The engine that verifies the token with this key; None if FastMCP has to."""
        if type(key) not in (str, bytes) or type(token) is not str:
            return None
        engine = state.engines.get(
            key, self.algorithm, self.issuer, self.audience, self.required_scopes, _overrides_rules(self)
        )
        if engine is None and not self._warned:
            self._warned = True
            _log.warning("the key of a JWTVerifier cannot be read, so FastMCP judges its tokens by itself; a key is given as its "
                         "text, not as a path")  # fmt: skip
        return engine

    async def _concluded(
        self, token: str, chosen: Engine | BaseException | None, judged: assay.Verdict
    ) -> AccessToken | None:
        """What the verdict of an engine means; without an engine, what else there is to say."""
        if chosen is None:
            return await self._ask_fastmcp(token)
        if not isinstance(chosen, Engine):
            self._refuse_without_key(token, chosen)
            return None
        fields = self._fields_of(judged, token, chosen)
        if fields is None:
            return None
        return from_fields(fields) if chosen.applies_policy else self._apply_policy(token, fields["claims"])

    def _fields_of(self, verdict: assay.Verdict, token: str, engine: Engine) -> Fields | None:
        """The fields of a token whose AccessToken Python has to make; None, and it is refused, if it is not valid."""
        if not verdict.valid:
            self._refuse_verdict(verdict, token)
            return None
        claims = claims_of(token, verdict)
        return fields_of(token, claims, self._extract_scopes(claims) if engine.applies_policy else [])

    def get_middleware(self) -> list[Any]:
        """FastMCP's middleware, and what says why a token was rejected, if it is wanted."""
        own = [Middleware(ErrorDescriptions)] if self._error_description else []
        return [*own, *super().get_middleware()]

    async def _ask_fastmcp(self, token: str) -> AccessToken | None:
        """FastMCP's own verdict, for a key that assay does not read and for what is no text."""
        accepted: AccessToken | None = await super().load_access_token(token)
        if accepted is None:
            self._refuse(Rejection("key_not_found", "FastMCP itself rejected the token: assay cannot use the key"))
        return accepted

    def _apply_policy(self, token: str, claims: Claims) -> AccessToken | None:
        """FastMCP's checks of issuer, audience and scopes, for policies that only Python can apply."""
        try:
            scopes: Any = []
            reason = ""
            if self.issuer and not self._issuer_is_accepted(claims.get("iss")):
                reason = "issuer_mismatch"
            elif self.audience and not _audience_is_accepted(self.audience, claims.get("aud")):
                reason = "audience_mismatch"
            else:
                scopes = self._extract_scopes(claims)
                if self.required_scopes and not set(self.required_scopes).issubset(set(scopes)):
                    reason = "scope_missing"
            if not reason:
                return access_token(token, claims, scopes)
            self._refuse_claims(reason, claims)
        except _REJECTING as error:
            self.logger.debug("Token validation failed: %s", error)
            self._refuse(Rejection("claim_type", "a claim is not what FastMCP takes", ["claim_type"], signature="valid"))
        return None

    def _issuer_is_accepted(self, issuer: Any) -> bool:
        if _validate_issuer is not None:
            return bool(self._validate_issuer(issuer))
        return issuer in self.issuer if isinstance(self.issuer, list) else issuer == self.issuer

    def _refuse_claims(self, reason: str, claims: Claims) -> None:
        self._log(reason, claims)
        self._refuse(
            Rejection(
                reason,
                _DETAILS[reason],
                reasons=[reason],
                signature="valid",
                client_id=str(client_of(claims)),
                issuer=_text(claims.get("iss")),
                subject=_text(claims.get("sub")),
                jti=_text(claims.get("jti")),
            )
        )

    def _refuse_without_key(self, token: Any, error: BaseException) -> None:
        self.logger.debug("Token validation failed: %s", error)
        self._refuse(_without_key(token, error))

    def _refuse_verdict(self, verdict: assay.Verdict, token: str) -> None:
        reason = verdict.reason or ""
        if reason in _DETAILS:
            self._log(reason, claims_of(token))
        elif reason == "critical_header":
            self.logger.debug("Token validation failed: unsupported critical JWT header")
        else:
            self.logger.debug("Token validation failed: JWT signature/format invalid")
        if self._on_reject is not None or is_noted():
            self._refuse(Rejection.of(verdict))

    def _refuse(self, rejection: Rejection) -> None:
        note(rejection)
        if self._on_reject is not None:
            try:
                self._on_reject(rejection)
            except Exception:  # the token stays rejected, whatever a callback does
                self.logger.exception("on_reject failed")

    def _log(self, reason: str, claims: Claims) -> None:
        """FastMCP's line for this reason."""
        client = client_of(claims)
        if reason == "token_expired":
            self.logger.info("Bearer token rejected for client %s: token expired", client)
        elif reason == "token_not_yet_valid":
            self.logger.info("Bearer token rejected for client %s: token not yet valid (nbf)", client)
        elif reason == "scope_missing":
            self.logger.warning(
                "Bearer token rejected for client %s: missing required scopes (has %s, requires %s)",
                client,
                sorted(set(self._extract_scopes(claims))),
                sorted(set(self.required_scopes)),
            )
        else:
            claim, expected = ("iss", self.issuer) if reason == "issuer_mismatch" else ("aud", self.audience)
            self.logger.warning(
                "Bearer token rejected for client %s: %s mismatch (got %r, expected %r)",
                client,
                "issuer" if claim == "iss" else "audience",
                claims.get(claim),
                expected,
            )


# What FastMCP writes a line about, with client and claims.
_DETAILS = {
    "token_expired": "the token has expired",
    "token_not_yet_valid": "the token is not valid yet",
    "issuer_mismatch": "the issuer is not one that is expected",
    "audience_mismatch": "the token is meant for another audience",
    "scope_missing": "a required scope is not granted",
}


def _audience_is_accepted(expected: Any, audience: Any) -> bool:
    if isinstance(expected, list):
        if isinstance(audience, list):
            return any(one in audience for one in expected)
        return audience in expected
    return expected in audience if isinstance(audience, list) else audience == expected


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _without_key(token: Any, error: BaseException) -> Rejection:
    """A token for which there is no key: it is no token, or no key of the set is its key."""
    try:
        header = decode_jwt_header(token)
    except _REJECTING:
        return Rejection("malformed_token", "the header cannot be read", reasons=["malformed_token"])
    if not isinstance(header, dict):
        return Rejection("malformed_header", "the header is not a JSON object", reasons=["malformed_header"])
    return Rejection(
        "key_not_found", _why_no_key(error), reasons=["key_not_found"], alg=shown(header.get("alg")), kid=shown(header.get("kid"))
    )


def _why_no_key(error: BaseException) -> str:
    """FastMCP's messages hold the kid, whatever stands in it, and the URL with its secrets: they stay in its own log."""
    message = str(error)
    if message.startswith("Key ID"):
        return "no key of the set has the kid of the token"
    if message.startswith(("Failed to fetch JWKS", "Invalid JWKS", "Failed to process JWKS", "JWKS")):
        return f"the keys cannot be fetched ({type(error.__cause__ or error).__name__}); FastMCP's log says why at the level DEBUG"
    return "FastMCP finds no key for the token; its log says why at the level DEBUG"


def _signature() -> inspect.Signature:
    """FastMCP's arguments, then those that are added."""
    base = inspect.signature(Original.__init__).parameters
    own = inspect.signature(JWTVerifier.__init__).parameters
    extra = [own[name] for name in ("issuers", "on_reject", "error_description", "memo")]
    return inspect.Signature([*base.values(), *extra])


setattr(JWTVerifier.__init__, "__signature__", _signature())
