"""FastMCP's JWTVerifier; it imports the key anew for each token. It logs what it rejects, which is turned off here."""
import logging

from fastmcp.server.auth.providers.jwt import JWTVerifier

from rival import run


def make_verifier(setting):
    logging.disable(logging.CRITICAL)
    verifier = JWTVerifier(
        public_key=setting.key().decode(), issuer=setting.issuer, audience=setting.audience, algorithm=setting.algorithm
    )

    async def count_accepted(tokens):
        accepted = 0
        for token in tokens:
            accepted += await verifier.load_access_token(token) is not None
        return accepted

    return count_accepted


run(make_verifier)
