"""The rules of the installed version of FastMCP, by the name that the engine has for them."""

from __future__ import annotations

import re

import fastmcp

# The first version of FastMCP that a profile mirrors, newest first.
_PROFILES = (((4, 2), "fastmcp@4.2"), ((4, 0), "fastmcp@4.1"), ((3, 4), "fastmcp@3.4"))


def profile_of(version: str) -> str:
    """The profile that mirrors this version of FastMCP. A version that is newer than all gets the newest."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    for first, profile in _PROFILES:
        if numbers >= first:
            return profile
    raise ImportError(f"assay.fastmcp needs FastMCP 3.4 or later; {version} is installed")


PROFILE = profile_of(fastmcp.__version__)
