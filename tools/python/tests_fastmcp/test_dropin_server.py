"""An MCP server over real HTTP, asked with good and bad bearer tokens."""

import asyncio
import contextlib
import json
import socket
import urllib.error
import urllib.request

import pytest
import uvicorn
from signers import AUDIENCE, ISSUER
from fastmcp import Client, FastMCP
from fastmcp.client.auth.bearer import BearerAuth
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.dependencies import get_access_token

import assay.fastmcp
from assay.fastmcp import JWTVerifier

pytestmark = pytest.mark.asyncio


@contextlib.asynccontextmanager
async def serving(auth):
    """The URL of a server with one tool, on a port of its own."""
    mcp = FastMCP("test", auth=auth)

    @mcp.tool
    def whoami() -> str:
        return get_access_token().client_id

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(mcp.http_app(), log_level="error", lifespan="on"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        await running
        listener.close()


def refused(url, token):
    """Status, WWW-Authenticate and body of a request with this token."""
    request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=20)
    answer = error.value
    body = answer.read()
    assert int(answer.headers["Content-Length"]) == len(body)
    return answer.code, answer.headers["WWW-Authenticate"], json.loads(body)


async def who(url, token):
    async with Client(url, auth=BearerAuth(token)) as client:
        return (await client.call_tool("whoami")).data


async def test_good_tokens_pass_and_bad_tokens_do_not(rs256, rs256_other):
    async with serving(JWTVerifier(public_key=rs256.pem, issuer=ISSUER, audience=AUDIENCE)) as url:
        assert await who(url, rs256.token(client_id="someone")) == "someone"
        named = await asyncio.gather(*[who(url, rs256.token(client_id=f"c{number}")) for number in range(8)])
        assert named == [f"c{number}" for number in range(8)]
        for token in (rs256.token(exp=5), rs256.token(aud="x"), rs256_other.token(), "x", rs256.token()[:-5]):
            status, challenge, body = await asyncio.to_thread(refused, url, token)
            assert status == 401 and 'error="invalid_token"' in challenge
            assert body["error"] == "invalid_token" and "clear authentication tokens" in body["error_description"]


async def test_the_refusal_says_why(rs256, rs256_other):
    verifier = JWTVerifier(public_key=rs256.pem, issuer=ISSUER, audience=AUDIENCE, required_scopes=["read"],
                           error_description=True)
    async with serving(verifier) as url:
        assert await who(url, rs256.token()) == "app"
        for token, words in ((rs256.token(exp=5), "The access token expired"),
                             (rs256.token(aud="secret-name"), "The access token is meant for another audience"),
                             (rs256.token(scope="x"), "The access token lacks a required scope"),
                             (rs256_other.token(), "The signature of the access token is not valid"),
                             ("x", "The access token is not a JSON Web Token")):
            status, challenge, body = await asyncio.to_thread(refused, url, token)
            assert status == 401 and body == {"error": "invalid_token", "error_description": words}
            assert f'error="invalid_token", error_description="{words}"' in challenge


async def test_install_says_why_for_every_provider(rs256):
    assay.fastmcp.install(error_description=True)
    try:
        provider = RemoteAuthProvider(token_verifier=JWTVerifier(public_key=rs256.pem), base_url="https://me.example",
                                      authorization_servers=[ISSUER])
        async with serving(provider) as url:
            assert await who(url, rs256.token()) == "app"
            _, challenge, body = await asyncio.to_thread(refused, url, rs256.token(exp=5))
            assert body["error_description"] == "The access token expired" in challenge
            assert "resource_metadata=" in challenge
    finally:
        assay.fastmcp.uninstall()


async def test_a_request_without_token_is_answered_as_before(rs256):
    async with serving(JWTVerifier(public_key=rs256.pem, error_description=True)) as url:
        def ask():
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=20)
            return error.value.code, error.value.headers["WWW-Authenticate"]

        status, challenge = await asyncio.to_thread(ask)
        assert status == 401 and "error" not in challenge
