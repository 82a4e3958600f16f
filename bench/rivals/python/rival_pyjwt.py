"""PyJWT."""
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from rival import run


def make_verifier(setting):
    key = setting.key() if setting.algorithm == "HS256" else load_pem_public_key(setting.key())
    options = {"require": ["exp", "iss", "aud"]}

    async def count_accepted(tokens):
        accepted = 0
        for token in tokens:
            try:
                jwt.decode(token, key, algorithms=[setting.algorithm], issuer=setting.issuer, audience=setting.audience, options=options)
                accepted += 1
            except jwt.PyJWTError:
                pass
        return accepted

    return count_accepted


run(make_verifier)
