"""Puts the drop-in in the place of FastMCP's JWTVerifier."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from fastmcp.server.auth.auth import AuthProvider
from starlette.middleware import Middleware

from . import _verifier
from ._rejection import ErrorDescriptions, Rejection, checked_callback
from ._verifier import JWTVerifier, Original

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_get_middleware = AuthProvider.get_middleware


def install(
    *, on_reject: Callable[[Rejection], object] | None = None, error_description: bool = False
) -> None:
    """Makes FastMCP use assay's JWTVerifier wherever it uses its own.

    The class is replaced in the modules of FastMCP that have it by name, those that are imported later included, and as
    the base of the classes that they made of it. isinstance() takes verifiers of both classes for one. Modules outside
    FastMCP that imported the class before keep it, so call this first.

    on_reject: called with a Rejection by each verifier that has no on_reject of its own.
    error_description: a refused request says why (RFC 6750), without anything of the token, whatever provider is used.
    """
    if on_reject is not None:
        checked_callback(on_reject)
    _replace(Original, JWTVerifier)
    _verifier.is_installed = True
    JWTVerifier._on_reject = None if on_reject is None else staticmethod(on_reject)
    _use_middleware(_with_descriptions if error_description else _get_middleware)


def uninstall() -> None:
    """Takes install() back. Verifiers that were made in between work on."""
    _replace(JWTVerifier, Original)
    _verifier.is_installed = False
    JWTVerifier._on_reject = None
    _use_middleware(_get_middleware)


def installed() -> bool:
    """Whether install() is in effect."""
    return _verifier.is_installed


def _use_middleware(method: Callable[[AuthProvider], list[Any]]) -> None:
    setattr(AuthProvider, "get_middleware", method)


def _with_descriptions(provider: AuthProvider) -> list[Any]:
    return [Middleware(ErrorDescriptions), *_get_middleware(provider)]


def _replace(old: Any, new: Any) -> None:
    for name, module in list(sys.modules.items()):
        if _is_of_fastmcp(name) and vars(module).get("JWTVerifier") is old:
            vars(module)["JWTVerifier"] = new
    for kind in _made_of(old):
        kind.__bases__ = tuple(new if base is old else base for base in kind.__bases__)


def _made_of(base: Any) -> Iterator[type[Any]]:
    """FastMCP's own classes right below this one."""
    for kind in base.__subclasses__():
        if _is_of_fastmcp(kind.__module__):
            yield kind


def _is_of_fastmcp(module: str) -> bool:
    return module == "fastmcp" or module.startswith("fastmcp.")
