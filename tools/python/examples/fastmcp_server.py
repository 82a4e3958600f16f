"""An MCP server whose bearer tokens assay verifies, and what clients with a good, an expired and a forged token see."""

import asyncio
import json
import socket
import urllib.error
import urllib.request

import uvicorn
from fastmcp import Client, FastMCP
from fastmcp.server.auth.providers.jwt import RSAKeyPair
from fastmcp.server.dependencies import get_access_token

from assay.fastmcp import JWTVerifier

idp = RSAKeyPair.generate()  # in earnest: jwks_uri="https://idp.example/.well-known/jwks.json"
mcp = FastMCP("weather", auth=JWTVerifier(
    public_key=idp.public_key, issuer="https://idp.example", audience="weather", error_description=True,
    on_reject=lambda rejection: print(f"server: rejected: {rejection.reason}, client {rejection.client_id}"),
))  # fmt: skip


@mcp.tool
def forecast(city: str) -> str:
    return f"sunny in {city}, says {get_access_token().client_id}"


def token(key, expires_in_seconds=3600):
    return key.create_token("ann", "https://idp.example", "weather", expires_in_seconds=expires_in_seconds)


async def ask(url):
    async with Client(url, auth=token(idp)) as client:
        print("client:", (await client.call_tool("forecast", {"city": "Oslo"})).data)
    for bad in (token(idp, -60), token(RSAKeyPair.generate())):
        request = urllib.request.Request(url, b"{}", {"Authorization": f"Bearer {bad}"})
        try:
            await asyncio.to_thread(urllib.request.urlopen, request)
        except urllib.error.HTTPError as answer:
            print(f"client: {answer.code} {json.load(answer)['error_description']}")


async def main():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(mcp.http_app(), log_level="critical"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        await ask(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp")
        server.should_exit = True
        await running


asyncio.run(main())
