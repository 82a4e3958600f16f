"""Keys and tokens that the tests share."""

from __future__ import annotations

import pathlib

import pytest

import assay

AT = 1_790_000_000
ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def key() -> assay.KeyPair:
    return assay.KeyPair.generate("ES256")


@pytest.fixture(scope="session")
def tokens(key: assay.KeyPair) -> list[str]:
    """Good and bad ones, for verdicts at AT."""
    return assay.mint(
        key, 500, audience="api", scopes=["read", "wr\u00efte"], kid="k1", issued_at=AT - 60, seed=1,
        additional_claims={"name": "J\u00fcrgen \U0001f600"},
        faults={"expired": 0.1, "signature": 0.1, "audience": 0.05, "missing": 0.02, "header": 0.02},
    )  # fmt: skip


@pytest.fixture
def verifier(key: assay.KeyPair) -> assay.Verifier:
    return assay.Verifier(jwks=key.jwks("k1"), audience="api")
