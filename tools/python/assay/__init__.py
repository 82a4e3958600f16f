"""Verifies JSON Web Tokens in bulk.

    verifier = assay.Verifier(jwks="jwks.json", audience="https://api.example")
    verdict = verifier.verify(token)
    if verdict:
        use(verdict.client_id, verdict.scopes)
    else:
        print(verdict.reason, verdict.detail)

A bad token is data: it gives a verdict with its reasons. A bad set-up is a SetupError, which is a ValueError.
"""

from ._audit import AuditRun, audit
from ._batch import BatchVerifier
from ._core import AccessToken, Verdict, VerdictArray, __version__, build_description
from ._errors import SetupError
from ._keys import KeyPair, RSAKeyPair, mint
from ._verifier import StaticTokenVerifier, Verifier

__all__ = [
    "AccessToken",
    "AuditRun",
    "BatchVerifier",
    "KeyPair",
    "RSAKeyPair",
    "SetupError",
    "StaticTokenVerifier",
    "Verdict",
    "VerdictArray",
    "Verifier",
    "__version__",
    "audit",
    "build_description",
    "mint",
]
