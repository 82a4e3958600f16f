"""Why a token was rejected: for the server's own eyes, and as RFC 6750 has it for the client."""

from __future__ import annotations

import contextvars
import inspect
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    import assay

    Message = MutableMapping[str, Any]
    Send = Callable[[Message], Awaitable[None]]

# RFC 6750 §3: no quote and no backslash. None of these sentences holds anything of a token.
_NO_TOKEN = "The access token is not a JSON Web Token"
_DESCRIPTIONS = {
    "missing_token": _NO_TOKEN,
    "token_too_large": "The access token is too long",
    "token_redacted": "The access token was masked",
    "other_credential": _NO_TOKEN,
    "encrypted_token": "The access token is encrypted, and a signed one is needed",
    "signature_redacted": "The signature of the access token is missing",
    "malformed_token": _NO_TOKEN,
    "malformed_header": "The header of the access token is malformed",
    "critical_header": "The access token needs an extension that is not understood here",
    "algorithm_not_allowed": "The access token is signed with an algorithm that is not allowed here",
    "key_not_found": "The access token is signed with a key that is not known here",
    "key_ambiguous": "The access token does not say which key signed it",
    "key_mismatch": "The key of the access token does not fit its algorithm",
    "signature_invalid": "The signature of the access token is not valid",
    "malformed_claims": "The claims of the access token are malformed",
    "claim_type": "A claim of the access token has a wrong type",
    "token_expired": "The access token expired",
    "token_not_yet_valid": "The access token is not valid yet",
    "issuer_mismatch": "The issuer of the access token is not accepted here",
    "audience_mismatch": "The access token is meant for another audience",
    "scope_missing": "The access token lacks a required scope",
}
_OTHERWISE = "The access token is not valid"


_LONGEST_SHOWN = 200


def shown(text: Any) -> str | None:
    """What a token's header says, fit for a log: on one line, not long, and no token. None for what is no text."""
    if not isinstance(text, str):
        return None
    if "eyJ" in text:  # a JSON object in base64url
        return f"(a text of {len(text)} characters that may hold a token)"
    line = text if text.isprintable() else text.encode("unicode_escape").decode()
    return line if len(line) <= _LONGEST_SHOWN else line[:_LONGEST_SHOWN] + "…"


def checked_callback(on_reject: Any) -> None:
    """Raises a TypeError for what cannot be called, or would have to be awaited."""
    if not callable(on_reject):
        raise TypeError(f"on_reject: expected a function, not {type(on_reject).__name__}")
    if inspect.iscoroutinefunction(on_reject) or inspect.iscoroutinefunction(type(on_reject).__call__):
        raise TypeError("on_reject: is called and not awaited; give a plain function, which may start a task")


@dataclass(frozen=True)
class Rejection:
    """The verdict on a token that was rejected. Its fields are those of ``assay.Verdict``."""

    reason: str
    detail: str
    reasons: list[str] = field(default_factory=list)
    signature: str = "unchecked"
    alg: str | None = None
    kid: str | None = None
    client_id: str | None = None
    issuer: str | None = None
    subject: str | None = None
    jti: str | None = None

    def __bool__(self) -> bool:
        """False, as of each verdict that rejects."""
        return False

    @property
    def error_description(self) -> str:
        """What a client may be told (RFC 6750 §3). It holds nothing of the token."""
        return _DESCRIPTIONS.get(self.reason, _OTHERWISE)

    @classmethod
    def of(cls, verdict: assay.Verdict) -> Rejection:
        return cls(
            reason=verdict.reason or "",
            detail=verdict.detail or "",
            reasons=verdict.reasons,
            signature=verdict.signature,
            alg=verdict.alg,
            kid=verdict.kid,
            client_id=verdict.client_id,
            issuer=verdict.issuer,
            subject=verdict.subject,
            jti=verdict.jti,
        )


# The rejections of the HTTP request that is being answered, where somebody wants to know.
_of_request: contextvars.ContextVar[list[Rejection] | None] = contextvars.ContextVar("assay_rejections", default=None)


def is_noted() -> bool:
    """Whether the request that is being answered wants to know."""
    return _of_request.get() is not None


def note(rejection: Rejection) -> None:
    """Tells the request's ErrorDescriptions, if there are any."""
    noted = _of_request.get()
    if noted is not None:
        noted.append(rejection)


class ErrorDescriptions:
    """ASGI middleware: says in a 401 why the token was rejected, in place of FastMCP's general words."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        noted: list[Rejection] = []
        before = _of_request.set(noted)
        try:
            await self.app(scope, receive, _Answer(send, noted).send)
        finally:
            _of_request.reset(before)


class _Answer:
    """One answer. A refusal is held back until its body is known."""

    def __init__(self, send: Send, noted: list[Rejection]) -> None:
        self._send, self._noted = send, noted
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 401 and self._noted:
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            # Several verifiers may have rejected it; the last is as good as any.
            for told in _told(start, message, self._noted[-1].error_description):
                await self._send(told)
        else:
            await self._send(message)


def _told(start: Message, body: Message, description: str) -> tuple[Message, Message]:
    """The two messages with the description; unchanged if they are no refusal of RFC 6750."""
    try:
        answer = json.loads(body.get("body", b""))
    except ValueError:
        return start, body
    if body.get("more_body") or not isinstance(answer, dict) or answer.get("error") != "invalid_token":
        return start, body
    answer["error_description"] = description
    content = json.dumps(answer).encode()
    headers = []
    for name, value in start["headers"]:
        if name.lower() == b"content-length":
            value = str(len(content)).encode()
        elif name.lower() == b"www-authenticate":
            value = re.sub(rb'error_description="[^"]*"', b'error_description="%s"' % description.encode(), value)
        headers.append((name, value))
    return {**start, "headers": headers}, {**body, "body": content}
