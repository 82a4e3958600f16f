"""The page fastmcp.md says what happens."""

import os
import re
import subprocess
import sys

from assay.fastmcp import JWTVerifier

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)


def blocks(kind):
    with open(os.path.join(PACKAGE, "fastmcp.md"), encoding="utf-8") as page:
        return re.findall(rf"^```{kind}\n(.*?)^```$", page.read(), re.MULTILINE | re.DOTALL)


def test_the_five_lines_make_a_server():
    lines = [line for line in blocks("python")[0].splitlines() if line]
    assert len(lines) == 5 and lines.pop() == 'mcp.run(transport="http")'
    made = {}
    exec("\n".join(lines), made)
    assert isinstance(made["mcp"].auth, JWTVerifier)


def test_the_example_prints_what_the_page_shows():
    done = subprocess.run([sys.executable, os.path.join(PACKAGE, "examples", "fastmcp_server.py")], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=110, check=True)
    (shown,) = [block for block in blocks("") if block.startswith("client:")]
    # A FastMCP that writes its log to stdout may do so between the lines.
    assert [line for line in done.stdout.splitlines() if line.startswith(("client:", "server:"))] == shown.splitlines()
    assert "leak" not in done.stderr
