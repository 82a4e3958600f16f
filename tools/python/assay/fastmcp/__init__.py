"""FastMCP's JWTVerifier on assay's engine.

    from assay.fastmcp import JWTVerifier

    mcp = FastMCP("server", auth=JWTVerifier(jwks_uri="https://idp.example/jwks.json", issuer="https://idp.example"))

It is a subclass of ``fastmcp.server.auth.providers.jwt.JWTVerifier`` and takes the same arguments. It accepts the tokens that
the installed version of FastMCP accepts, and returns the same AccessToken. ``install()`` puts it in place for the modules of
FastMCP that build, subclass or test for JWTVerifier, such as the providers for Auth0, Cognito and Azure.

The module needs FastMCP 3.4 or later: ``pip install 'assay-jwt[fastmcp]'``.
"""

from ._install import install, installed, uninstall
from ._profile import PROFILE
from ._rejection import Rejection
from ._verifier import JWTVerifier

__all__ = ["PROFILE", "JWTVerifier", "Rejection", "install", "installed", "uninstall"]
