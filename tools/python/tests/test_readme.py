"""Every Python line of README.md, with its output."""

from __future__ import annotations

import doctest

from conftest import ROOT


def test_the_readme_shows_what_happens(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(
        str(ROOT / "tools/python/README.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )  # fmt: skip
    assert found.attempted > 30 and found.failed == 0
