"""Key pairs, minting."""

from __future__ import annotations

import collections

import pytest

import assay

from conftest import AT

ALGORITHMS = ["RS256", "PS384", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448", "HS256", "HS512"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pair_signs_what_its_public_part_verifies(algorithm):
    pair = assay.KeyPair.generate(algorithm)
    again = assay.KeyPair(pair.private_key, algorithm)
    token = again.create_token(scopes=["a", "b"], kid="k")
    assert assay.Verifier(jwks=pair.jwks("k"), algorithm=algorithm).verify(token).scopes == ["a", "b"]
    assert not assay.Verifier(jwks=assay.KeyPair.generate(algorithm).jwks("k"), algorithm=algorithm).verify(token)


def test_an_rsa_pair_is_fastmcps():
    pair = assay.RSAKeyPair.generate()
    assert "BEGIN PUBLIC KEY" in pair.public_key and b"BEGIN PRIVATE KEY" in pair.private_key
    given = assay.RSAKeyPair(pair.private_key, pair.public_key)
    token = given.create_token(
        "me", "https://i", ["a", "b"], ["read"], 60, {"email": "x@y", "iss": "https://j"}, "k", issued_at=AT
    )
    verdict = assay.Verifier(given.public_key).verify(token, at=AT)
    assert list(verdict.claims.items()) == [
        ("sub", "me"), ("iss", "https://j"), ("iat", AT), ("exp", AT + 60), ("aud", ["a", "b"]), ("scope", "read"), ("email", "x@y"),
    ]  # fmt: skip
    assert verdict.kid == "k"
    with pytest.raises(assay.SetupError):
        assay.RSAKeyPair("no pem", pair.public_key)


def test_minted_tokens_have_their_faults():
    pair = assay.KeyPair.generate("HS256")
    tokens = assay.mint(pair, 2000, seed=7, issued_at=AT, faults={"expired": 0.25, "signature": 0.05})
    assert len(set(tokens)) == 2000
    assert tokens == assay.mint(pair, 2000, seed=7, issued_at=AT, faults={"expired": 0.25, "signature": 0.05})
    counts = collections.Counter(v.reason for v in assay.Verifier(secret=pair.private_key).verify_batch(tokens, at=AT))
    assert set(counts) == {None, "token_expired", "signature_invalid"}
    assert 400 < counts["token_expired"] < 600 and 50 < counts["signature_invalid"] < 150
    for faults in ({"nonsense": 0.1}, {"expired": 2.0}):
        with pytest.raises(assay.SetupError):
            assay.mint(pair, 1, faults=faults)
    with pytest.raises(assay.SetupError):
        assay.KeyPair.generate("RS256", bits=512)
    with pytest.raises(assay.SetupError):
        assay.KeyPair.generate("XS256")
