"""The arguments of a verifier in the form that _core takes: only those that were given, with lists for single values."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

from ._errors import SetupError

Key = Union[str, bytes, "os.PathLike[str]", Mapping[str, Any]]
Seconds = Union[int, datetime.timedelta]
# (kind, value, name for messages)
Source = tuple[str, "str | bytes", str]


def wrong_type(name: str, expected: str, value: Any) -> TypeError:
    """What to raise for an argument of a wrong type."""
    return TypeError(f"{name}: expected {expected}, not {type(value).__name__}")


def listed(fields: Iterable[str] | None, name: str = "fields") -> list[str] | None:
    """The names of columns as a list of their own; one text is one name."""
    return None if fields is None else [fields] if isinstance(fields, str) else in_order(name, fields)


def texts(name: str, value: str | Iterable[str]) -> list[str]:
    """A single text is a list of one; an empty one is no value, as FastMCP has it."""
    if isinstance(value, str):
        return [value] if value else []
    return _texts(name, value)


def in_order(name: str, value: str | Iterable[str]) -> list[str]:
    """The same for texts whose order shows in what is made of them."""
    require_order(name, "a list of str", value)
    return texts(name, value)


def require_order(name: str, expected: str, value: Any) -> None:
    """Raises a TypeError for a set, which has no order, and for a mapping, of which only the names would be read."""
    if isinstance(value, (set, frozenset, Mapping)):
        raise wrong_type(name, expected, value)


def _texts(name: str, value: Iterable[str]) -> list[str]:
    # Of a mapping only the names would be read.
    if isinstance(value, (bytes, bytearray, Mapping)) or not isinstance(value, Iterable):
        raise wrong_type(name, "str, or several", value)
    made = list(value)
    for one in made:
        if not isinstance(one, str):
            raise wrong_type(name, "str", one)
    return made


def path(name: str, value: str | os.PathLike[str]) -> str:
    """The path of a file. A text that is no path may be a secret, and is not shown."""
    if not isinstance(value, (str, os.PathLike)):
        raise wrong_type(name, "a path", value)
    text = os.fsdecode(value)
    if isinstance(value, str):
        _refuse_secret(name, text)
    return text


# How the names of files end that hold keys, trust or lists.
_ENDINGS = (".json", ".jwks", ".jwk", ".jwt", ".pem", ".crt", ".cer", ".der", ".pub", ".key", ".toml", ".txt", ".gz", ".zst")


def _refuse_secret(name: str, text: str) -> None:
    """Raises a SetupError for a text that neither is nor looks like the name of a file. It is not shown: it may be a secret."""
    looks = os.sep in text or (os.altsep or os.sep) in text or text.lower().endswith(_ENDINGS)
    if not looks and not os.path.exists(text):
        kind = "no file, and neither a JWK Set nor a URL" if name == "jwks" else "no file"
        raise SetupError(name, f"the text of {len(text)} characters, which is not shown, names {kind}; check the path, or give it as "
                         "pathlib.Path. A secret of HS256 is given as secret")  # fmt: skip


def seconds(name: str, value: Seconds) -> int:
    """Whole seconds."""
    if isinstance(value, datetime.timedelta):
        if value % datetime.timedelta(seconds=1):
            raise SetupError(name, "whole seconds only")
        return int(value.total_seconds())
    return value


def claims(value: Mapping[str, str | Iterable[str]]) -> list[tuple[str, str]]:
    """Pairs of a claim and a value that it must hold."""
    if not isinstance(value, Mapping):
        raise wrong_type("required_claims", "a dict", value)
    pairs = []
    for name, wanted in value.items():
        if not isinstance(name, str):
            raise wrong_type("required_claims", "names of claims as str", name)
        values = texts("required_claims", wanted)
        if not values:  # else nothing would be required
            raise SetupError("required_claims", f"{name}: is empty; give the value that the claim must hold, or leave it out")
        pairs += [(name, one) for one in values]
    return pairs


def as_json(name: str, value: Any) -> str:
    """The JSON of a value. The error names the argument, and not the value, which may be a secret."""
    try:
        return json.dumps(value, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{name}: cannot be written as JSON: {error}") from None


def _each(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _text_of(argument: str, key: Any) -> str | bytes | None:
    """The key itself, if it is given as such and not as a file."""
    if isinstance(key, os.PathLike):
        return None
    if isinstance(key, (str, bytes)):
        return key
    if isinstance(key, Mapping):
        return as_json(argument, key)
    raise wrong_type(argument, "str, bytes, a path or a dict", key)


def _refuse_no_path(argument: str, text: str, wanted: str) -> None:
    """Raises a SetupError for a text that cannot be a path or a URL. The text is not shown: it may be a key."""
    if "\n" in text or "-----BEGIN" in text:
        raise SetupError(argument, f"the text is {wanted}")


def _source(argument: str, kind: str, key: Any, name: str) -> Source:
    text = _text_of(argument, key)
    if text is None:
        return (f"{kind}_file", os.fspath(key), "")
    if argument == "jwks" and isinstance(text, str):
        if text.startswith(("http://", "https://")):
            return ("jwks_url", text, "")
        # A JSON document, or a signed set; anything else that is a text is a path.
        if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "eyJ")):
            _refuse_no_path(argument, text, "neither a JWK Set nor a path or URL; give a PEM as public_key")
            _refuse_secret(argument, text)
            return ("jwks_file", text, "")
    if argument == "public_key" and isinstance(text, str) and "-----BEGIN" not in text and not text.lstrip().startswith("{"):
        # The text is not shown: it may be a secret.
        raise SetupError("public_key", "the text is neither PEM nor a JWK; give a file as pathlib.Path, and the secret of HS256, "
                         "HS384 and HS512 as secret")
    return (f"{kind}_text", text, name)


def sources(**given: Any) -> list[Source]:
    """The sources of keys, in the order of the arguments."""
    found: list[Source] = []
    for argument, kind in (("jwks", "jwks"), ("public_key", "public_key"), ("secret", "secret"), ("static_tokens", "static_tokens")):
        if given.get(argument) is None:
            continue
        keys = _each(given[argument])
        for place, key in enumerate(keys):
            found.append(_source(argument, kind, key, argument if len(keys) == 1 else f"{argument}[{place}]"))
    for url in _each(given["jwks_uri"]) if given.get("jwks_uri") is not None else ():
        if not isinstance(url, str):
            raise wrong_type("jwks_uri", "str", url)
        _refuse_no_path("jwks_uri", url, "no URL; give the key set itself as jwks, and a PEM as public_key")
        if "://" not in url:  # it may be a secret
            raise SetupError("jwks_uri", f"the text of {len(url)} characters, which is not shown, is no URL; give https://HOST/PATH")
        found.append(("jwks_url", url, ""))
    return found
