"""Several algorithms and issuers at once: a verifier for each pair, chosen by what the token says of itself.

What the token says is not believed: the verifier that it leads to has the keys of that issuer only, and accepts that algorithm
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastmcp.utilities.auth import decode_jwt_header, decode_jwt_payload

from ._rejection import Rejection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastmcp.server.auth import AccessToken

# Attributes of the owner that may be changed later. An issuer's own argument stays.
_FOLLOWED = ("public_key", "jwks_uri", "issuer", "audience", "required_scopes", "ssrf_safe", "_http_client")
_OF_COMMON = ("_extract_scopes", "_validate_issuer", "_get_verification_key", "_fetch_jwks")


def _algorithms(given: str | Sequence[str] | None) -> list[str]:
    """The algorithms that are allowed; the first is the one that `algorithm` shows."""
    named = [given or "RS256"] if given is None or isinstance(given, str) else list(given)
    if not named or not all(isinstance(name, str) for name in named):
        raise ValueError("algorithm: give one, or a list of some")
    kinds = {name.startswith("HS") for name in named}
    if len(kinds) > 1:
        # RFC 8725 §3.1: a public key must never be taken for a secret.
        raise ValueError("algorithm: HS256, HS384 and HS512 cannot be mixed with others, which have another kind of key")
    return named


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


class Routes:
    """The verifiers of one JWTVerifier."""

    def __init__(
        self,
        owner: Any,
        algorithm: str | Sequence[str] | None,
        issuers: Mapping[str, Mapping[str, Any]] | None,
        common: dict[str, Any],
    ) -> None:
        if issuers is not None:
            if not isinstance(issuers, Mapping) or not all(isinstance(own, Mapping) for own in issuers.values()):
                raise TypeError("issuers: expected a dict with the arguments of each issuer, such as "
                                '{"https://a.example": {"jwks_uri": "https://a.example/jwks"}}')  # fmt: skip
            if not issuers:
                raise ValueError("issuers: give at least one")
            if common.get("issuer") is not None:
                raise ValueError("issuers: give the issuers here or as issuer, not both")
        self.issuers = list(issuers or ())
        self._owner = owner
        self._by_issuer: dict[str | None, dict[str, Any]] = {}
        self._shown: dict[str, Any] = {}
        self._own: dict[str | None, set[str]] = {}
        shared = {name: value for name, value in common.items() if name != "base_url"}
        each: list[tuple[str | None, Mapping[str, Any]]] = [*issuers.items()] if issuers is not None else [(None, {})]
        for issuer, own in each:
            arguments = {**shared, **own}
            if issuer is not None:
                if not isinstance(issuer, str) or not issuer:
                    raise ValueError("issuers: a name that is no text, or empty")
                if "issuer" in own:
                    raise ValueError(f"issuers: the issuer of {issuer!r} is its name; leave out the argument issuer")
                arguments["issuer"] = issuer
            self._own[issuer] = {"_http_client" if name == "http_client" else name for name in own}
            named = arguments.pop("algorithm", algorithm)
            self._by_issuer[issuer] = {name: self._verifier(name, arguments) for name in _algorithms(named)}
        first = next(iter(self._by_issuer.values()))
        name, verifier = next(iter(first.items()))
        # What the owner shows: the arguments of its first verifier.
        self.first = {
            "algorithm": name,
            "public_key": verifier.public_key,
            "jwks_uri": verifier.jwks_uri,
            "issuer": verifier.issuer,
            "audience": verifier.audience,
            "ssrf_safe": verifier.ssrf_safe,
            "http_client": verifier._http_client,
        }

    def _verifier(self, algorithm: str, arguments: dict[str, Any]) -> Any:
        from ._verifier import JWTVerifier

        made = JWTVerifier(algorithm=algorithm, on_reject=self._owner._on_reject, **arguments)
        # Rules of the owner's class count for all of its verifiers.
        for name in _OF_COMMON:
            theirs = getattr(type(self._owner), name, None)
            if theirs is not getattr(JWTVerifier, name, None):
                setattr(made, name, getattr(self._owner, name))
        return made

    def watch(self) -> None:
        """Remembers what the owner shows, now that it is made: what differs later was changed."""
        self._shown = {name: _copied(getattr(self._owner, name, None)) for name in ("algorithm", *_FOLLOWED)}

    def _follow(self) -> None:
        """Applies what was changed of the owner, such as the audience that FastMCP's providers bind late."""
        for name in _FOLLOWED:
            value = getattr(self._owner, name, None)
            if value == self._shown.get(name):
                continue
            self._shown[name] = _copied(value)
            if name == "issuer" and self.issuers:  # other keys are not known
                kept = value if isinstance(value, list) else [value]
                self._by_issuer = {issuer: made for issuer, made in self._by_issuer.items() if issuer in kept}
                continue
            for issuer, verifiers in self._by_issuer.items():
                if name not in self._own[issuer]:
                    for verifier in verifiers.values():
                        setattr(verifier, name, value)
        algorithm = self._owner.algorithm
        if algorithm != self._shown["algorithm"]:
            self._shown["algorithm"] = algorithm
            self._by_issuer = {
                issuer: {name: made for name, made in verifiers.items() if name == algorithm}
                for issuer, verifiers in self._by_issuer.items()
            }

    async def load_access_token(self, token: str) -> AccessToken | None:
        self._follow()
        route = self._route_of(token)
        if isinstance(route, Rejection):
            self._refuse(route)
            return None
        accepted: AccessToken | None = await route.load_access_token(token)
        return accepted

    async def verify_tokens(self, tokens: list[str]) -> list[AccessToken | None]:
        """What load_access_token says of each: verifier by verifier, each with all of its tokens."""
        self._follow()
        made: list[AccessToken | None] = [None] * len(tokens)
        places: dict[Any, list[int]] = {}
        for place, token in enumerate(tokens):
            route = self._route_of(token)
            if isinstance(route, Rejection):
                self._refuse(route)
            else:
                places.setdefault(route, []).append(place)
        for verifier, own in places.items():
            for place, accepted in zip(own, await verifier.verify_tokens([tokens[place] for place in own])):
                made[place] = accepted
        return made

    def _route_of(self, token: str) -> Any:
        """The verifier for a token, or the Rejection of a token that there is none for."""
        try:
            algorithm: Any = decode_jwt_header(token).get("alg")
            issuer: Any = decode_jwt_payload(token).get("iss") if self.issuers else None
            verifiers = self._by_issuer.get(issuer)
            verifier = verifiers.get(algorithm) if verifiers is not None else None
        except (ValueError, TypeError, AttributeError, RecursionError):
            return _rejection("malformed_token", "header and claims cannot be read")
        if verifiers is None:
            return _rejection("issuer_mismatch", "the issuer is not one that is expected")
        if verifier is None:
            return _rejection("algorithm_not_allowed", "the algorithm is not one that is allowed for this issuer")
        return verifier

    def _refuse(self, rejection: Rejection) -> None:
        self._owner.logger.debug("Token validation failed: %s", rejection.detail)
        self._owner._refuse(rejection)


def _rejection(reason: str, detail: str) -> Rejection:
    return Rejection(reason, detail, reasons=[reason])
