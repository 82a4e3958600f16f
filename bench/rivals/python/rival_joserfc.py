"""joserfc: decode checks the signature, a registry of claims the rest."""
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from rival import run

KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "ES384": "EC", "EdDSA": "OKP", "HS256": "oct"}


def make_verifier(setting):
    key = jwk.import_key(setting.key(), KEY_TYPES[setting.algorithm])
    algorithms = [setting.algorithm]
    claims = jwt.JWTClaimsRegistry(
        exp={"essential": True}, iss={"essential": True, "value": setting.issuer}, aud={"essential": True, "value": setting.audience}
    )

    async def count_accepted(tokens):
        accepted = 0
        for token in tokens:
            try:
                claims.validate(jwt.decode(token, key, algorithms=algorithms).claims)
                accepted += 1
            except (JoseError, ValueError):
                pass
        return accepted

    return count_accepted


run(make_verifier)
