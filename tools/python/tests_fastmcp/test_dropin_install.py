"""install() puts the drop-in in place for FastMCP's modules, and uninstall() takes it out."""

import importlib
import subprocess
import sys

import pytest
from signers import AUDIENCE, ISSUER, JWKS_URI, KeyEndpoint

import assay.fastmcp
from assay.fastmcp import JWTVerifier
from assay.fastmcp._verifier import Original

PROVIDERS = "fastmcp.server.auth.providers."
# The modules that have the class by name.
MODULES = [PROVIDERS + name for name in ("jwt", "auth0", "aws", "azure", "descope", "keycloak", "scalekit", "supabase",
                                         "workos")] + ["fastmcp.server.auth.oidc_proxy"]


def modules():
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:  # FastMCP 3.4 has fewer
            continue
        if hasattr(module, "JWTVerifier"):
            yield module


def test_replaces_the_class_and_puts_it_back():
    found = list(modules())
    assert len(found) >= 7
    for _ in range(2):
        for _ in range(2):  # twice is as good as once
            assay.fastmcp.install()
            assert assay.fastmcp.installed()
            assert all(module.JWTVerifier is JWTVerifier for module in found)
            assert importlib.import_module("fastmcp.server.auth").JWTVerifier is JWTVerifier
        for _ in range(2):
            assay.fastmcp.uninstall()
            assert not assay.fastmcp.installed()
            assert all(module.JWTVerifier is Original for module in found)
            assert importlib.import_module("fastmcp.server.auth").JWTVerifier is Original


def test_is_the_base_of_the_classes_that_fastmcp_made():
    aws = importlib.import_module(PROVIDERS + "aws").AWSCognitoTokenVerifier
    assert not issubclass(aws, JWTVerifier)
    assay.fastmcp.install()
    try:
        assert issubclass(aws, JWTVerifier) and issubclass(aws, Original)
    finally:
        assay.fastmcp.uninstall()
    assert not issubclass(aws, JWTVerifier) and issubclass(aws, Original)


def test_isinstance_keeps_working(rs256):
    before = Original(public_key=rs256.pem)
    drop_in = JWTVerifier(public_key=rs256.pem)
    assert not isinstance(before, JWTVerifier) and isinstance(drop_in, Original)
    assay.fastmcp.install()
    try:
        made = importlib.import_module(PROVIDERS + "jwt").JWTVerifier(public_key=rs256.pem)
        for verifier in (before, drop_in, made):
            for kind in (Original, JWTVerifier):
                assert isinstance(verifier, kind)
        assert not isinstance("no verifier", JWTVerifier)
    finally:
        assay.fastmcp.uninstall()
    assert not isinstance(before, JWTVerifier) and isinstance(made, JWTVerifier)


def test_modules_that_are_imported_later_get_it():
    code = ("import assay.fastmcp; assay.fastmcp.install();"
            "from fastmcp.server.auth.providers.aws import AWSCognitoTokenVerifier as C;"
            "from fastmcp.server.auth import JWTVerifier as J;"
            "assert issubclass(C, assay.fastmcp.JWTVerifier) and J is assay.fastmcp.JWTVerifier")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def cognito(made_by, signer):
    return made_by("aws").AWSCognitoTokenVerifier(audience="app", jwks_uri=JWKS_URI, issuer=ISSUER,
                                                  http_client=KeyEndpoint(signer).client())


def auth0(made_by, signer):
    module = made_by("auth0")
    if not hasattr(module, "Auth0JWTVerifier"):
        pytest.skip("this FastMCP has no Auth0JWTVerifier")
    return module.Auth0JWTVerifier(public_key=signer.pem, issuer=ISSUER, required_scopes=["read", "admin"])


def azure(made_by, signer):
    verifier = made_by("azure").AzureJWTVerifier(client_id="app", tenant_id="t", required_scopes=["read"])
    verifier._http_client = KeyEndpoint(signer).client()
    return verifier


def descope(made_by, signer):
    module = made_by("descope")
    if not hasattr(module, "_DescopeJWTVerifier"):
        pytest.skip("this FastMCP has no verifier of Descope")
    return module._DescopeJWTVerifier(public_key=signer.pem, descope_base_url=ISSUER, project_id="P1", issuer=f"{ISSUER}/v1/apps/P1")


CHANGES = [{}, {"exp": 1}, {"client_id": "other"}, {"permissions": ["admin", "x"]}, {"permissions": "admin"},
           {"scope": None, "scp": "read"}, {"aud": "app"}, {"aud": "api://app", "iss": "https://login.microsoftonline.com/t/v2.0"},
           {"aud": "app", "iss": "https://login.microsoftonline.com/t/v2.0", "scope": "write"},
           {"username": "u", "cognito:groups": ["g"]}, {"iss": f"{ISSUER}/v1/apps/P1/T1"}, {"iss": f"{ISSUER}/v1/apps/P1"}]


@pytest.mark.asyncio
@pytest.mark.parametrize("make", [cognito, auth0, azure, descope])
async def test_the_verifiers_of_providers_answer_as_before(make, rs256, rs256_other):
    made_by = lambda name: importlib.import_module(PROVIDERS + name)
    tokens = [rs256.token(**change) for change in CHANGES] + [rs256_other.token(), "a.b.c"]

    async def answers():
        verifier = make(made_by, rs256)
        return [repr(await verifier.verify_token(token)) for _ in range(3) for token in tokens]

    theirs = await answers()
    assay.fastmcp.install()
    try:
        ours = await answers()
        assert isinstance(make(made_by, rs256), JWTVerifier)
    finally:
        assay.fastmcp.uninstall()
    assert ours == theirs
    assert 0 < theirs.count("None") < len(theirs)


@pytest.mark.asyncio
async def test_a_provider_that_binds_its_audience_later(rs256, monkeypatch):
    """Auth0's provider makes the verifier first and sets its audience when it knows the path, if isinstance says JWTVerifier."""
    module = importlib.import_module(PROVIDERS + "auth0")
    if not hasattr(module, "Auth0MCPProvider"):
        pytest.skip("this FastMCP has no Auth0MCPProvider")

    class Discovered:
        issuer = ISSUER
        jwks_uri = JWKS_URI

    monkeypatch.setattr(module.OIDCConfiguration, "get_oidc_configuration", lambda *arguments, **more: Discovered)
    seen = []
    assay.fastmcp.install(on_reject=seen.append)
    try:
        provider = module.Auth0MCPProvider(config_url="https://idp.example/config", base_url="https://me.example")
        verifier = provider.token_verifier
        assert isinstance(verifier, JWTVerifier)
        verifier._http_client = KeyEndpoint(rs256).client()
        assert await provider.verify_token(rs256.token())
        provider.set_mcp_path("/mcp")
        assert await provider.verify_token(rs256.token()) is None
        assert [rejection.reason for rejection in seen] == ["audience_mismatch"]
        assert await provider.verify_token(rs256.token(aud=str(provider._resource_url)))
    finally:
        assay.fastmcp.uninstall()
    assert JWTVerifier(public_key=rs256.pem)._on_reject is None


@pytest.mark.asyncio
async def test_a_verifier_of_a_provider_that_was_made_before_works_on(rs256):
    made_by = lambda name: importlib.import_module(PROVIDERS + name)
    verifier = cognito(made_by, rs256)
    assert await verifier.verify_token(rs256.token(aud=None))
    assay.fastmcp.install()
    try:
        assert isinstance(verifier, JWTVerifier)
        assert await verifier.verify_token(rs256.token(aud=None))
        assert verifier._assay is not None, "the engine verified it"
    finally:
        assay.fastmcp.uninstall()
    assert await verifier.verify_token(rs256.token(aud=None))
