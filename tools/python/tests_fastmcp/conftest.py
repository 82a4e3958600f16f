"""Fixtures for the drop-in. run.py runs these tests; they are skipped where FastMCP is not installed."""

import importlib.util

import pytest

if importlib.util.find_spec("fastmcp") is None:
    collect_ignore_glob = ["test_*.py"]


def new_signer(*arguments):
    from signers import Signer

    return Signer.new(*arguments)


@pytest.fixture(scope="session")
def rs256():
    return new_signer("RS256", "rsa-1")


@pytest.fixture(scope="session")
def rs256_other():
    return new_signer("RS256", "rsa-2")


@pytest.fixture(scope="session")
def es256():
    return new_signer("ES256", "ec-1")


@pytest.fixture(scope="session")
def hs256():
    return new_signer("HS256")
