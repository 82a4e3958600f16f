"""A plugin of pytest: the drop-in is installed before any test of FastMCP is imported."""

import assay.fastmcp

assay.fastmcp.install()


def pytest_report_header():
    from fastmcp.server.auth.providers import jwt

    assert jwt.JWTVerifier is assay.fastmcp.JWTVerifier
    return f"assay.fastmcp is installed, profile {assay.fastmcp.PROFILE}"
