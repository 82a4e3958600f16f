"""The verifiers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import _core, _options
from ._options import Key, Seconds

_log = logging.getLogger("assay")


class Verifier(_core.Verifier):
    """Verifies tokens under keys and a policy. All methods may be called from any number of threads at once.

    Give at least one source of keys:

    * ``public_key``: PEM or a JWK as text, DER as bytes, or a file as ``pathlib.Path``.
    * ``jwks``: a key set as dict or JSON text, or the path or URL of one. A folder of dated snapshots works as well.
    * ``jwks_uri``: the URL of a key set. It is fetched again as it ages, and when a token names an unknown kid.
    * ``secret``: the secret of HS256, HS384 and HS512, as text or bytes; a file as ``pathlib.Path``.
      ``secret_encoding`` says how it is written ("raw", "base64", "hex").
    * ``static_tokens``: a table of tokens; for development.
    * ``config``: a trust file (assay.toml) with issuers, their keys and policies. Arguments count over its defaults.

    Each takes a list, too. The policy:

    * ``algorithm``: one or several. By default each that the keys permit (fastmcp: RS256).
    * ``issuer``, ``audience``: one or several, of which one must match.
    * ``required_scopes``: all must be granted. A str is split at spaces and commas, the items of a list are not.
    * ``required_claims``: ``{"tid": "..."}``, a text that the claim is or contains.
    * ``typ``: the header's type, with or without "application/".
    * ``leeway``, ``max_lifetime``: seconds or a timedelta.
    * ``revoked``: paths of lists of revoked tokens.
    * ``profile``: "strict" (the RFCs), "fastmcp", or one version of it, such as "fastmcp@3.4".

    ``on_note`` is called with each line for a person, such as on a key that cannot be used; by default the lines are
    warnings of the logger "assay". A SetupError names the argument that is wrong.
    """

    def __init__(
        self,
        public_key: Key | Sequence[Key] | None = None,
        *,
        jwks_uri: str | Sequence[str] | None = None,
        jwks: Key | Sequence[Key] | None = None,
        secret: Key | Sequence[Key] | None = None,
        secret_encoding: str | None = None,
        static_tokens: Key | None = None,
        config: str | os.PathLike[str] | None = None,
        algorithm: str | Iterable[str] | None = None,
        issuer: str | Iterable[str] | None = None,
        audience: str | Iterable[str] | None = None,
        required_scopes: str | Iterable[str] | None = None,
        required_claims: Mapping[str, str | Iterable[str]] | None = None,
        typ: str | None = None,
        leeway: Seconds | None = None,
        max_lifetime: Seconds | None = None,
        revoked: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
        max_token_bytes: int | None = None,
        accept_padding: bool | None = None,
        profile: str | None = None,
        jwks_refetch: float | None = None,
        jwks_max_age: float | None = None,
        timeout: float | None = None,
        max_bytes: int | None = None,
        ssrf_safe: bool | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        backend: str | None = None,
        table_memory: int | None = None,
        memo_memory: int | None = None,
        cross_check: float | None = None,
        on_note: Callable[[str], object] | None = None,
    ) -> None:
        if on_note is not None and not callable(on_note):
            raise _options.wrong_type("on_note", "a function", on_note)
        lists = [] if revoked is None else [revoked] if isinstance(revoked, (str, os.PathLike)) else revoked
        if not isinstance(lists, (list, tuple)):
            raise _options.wrong_type("revoked", "a path, or several", lists)
        given: dict[str, Any] = {
            "keys": _options.sources(
                public_key=public_key, jwks_uri=jwks_uri, jwks=jwks, secret=secret, static_tokens=static_tokens
            ),
            "secret_encoding": secret_encoding,
            "config": None if config is None else _options.path("config", config),
            "algorithm": None if algorithm is None else _options.texts("algorithm", algorithm),
            "issuer": None if issuer is None else _options.texts("issuer", issuer),
            "audience": None if audience is None else _options.texts("audience", audience),
            "required_scopes": required_scopes
            if required_scopes is None or isinstance(required_scopes, str)
            else _options.texts("required_scopes", required_scopes),
            "required_claims": None if required_claims is None else _options.claims(required_claims),
            "typ": typ,
            "leeway": None if leeway is None else _options.seconds("leeway", leeway),
            "max_lifetime": None if max_lifetime is None else _options.seconds("max_lifetime", max_lifetime),
            "revoked": None if revoked is None else [_options.path("revoked", path) for path in lists],
            "max_token_bytes": max_token_bytes,
            "accept_padding": accept_padding,
            "profile": profile,
            "jwks_refetch": jwks_refetch,
            "jwks_max_age": jwks_max_age,
            "timeout": timeout,
            "max_bytes": max_bytes,
            "ssrf_safe": ssrf_safe,
            "ca_file": None if ca_file is None else _options.path("ca_file", ca_file),
            "backend": backend,
            "table_memory": table_memory,
            "memo_memory": memo_memory,
            "cross_check": cross_check,
        }
        super().__init__(
            {name: value for name, value in given.items() if value is not None},
            _log.warning if on_note is None else on_note,
        )


class StaticTokenVerifier(_core.StaticTokenVerifier):
    """Looks tokens up in a table: FastMCP's StaticTokenVerifier. For development only: the table holds live secrets.

    ``tokens`` is ``{"<token>": {"client_id": "...", "scopes": ["read"], "expires_at": 1790000000}}``.
    """

    def __init__(
        self,
        tokens: Mapping[str, Mapping[str, Any]],
        required_scopes: str | Iterable[str] | None = None,
        profile: str = "strict",
    ) -> None:
        if not isinstance(tokens, Mapping):
            raise _options.wrong_type("tokens", "a dict", tokens)
        if not isinstance(profile, str):
            raise _options.wrong_type("profile", "str", profile)
        if isinstance(required_scopes, str):  # as Verifier takes them
            required_scopes = required_scopes.replace(",", " ").split()
        super().__init__(
            _options.as_json("tokens", tokens), _options.texts("required_scopes", required_scopes or ()), profile
        )
