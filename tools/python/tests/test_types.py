"""The stub of _core is what the module has, and mypy is content with the package."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

import assay
from assay import _core

from conftest import ROOT

PACKAGE = pathlib.Path(assay.__file__).parent


def _public(names):
    return {name for name in names if not name.startswith("_")}


def test_the_stub_has_what_the_module_has():
    body = ast.parse((PACKAGE / "_core.pyi").read_text()).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}
    assert _public(vars(_core)) == functions | set(classes)
    for name, node in classes.items():
        stub = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        found = vars(getattr(_core, name))
        assert _public(found) == _public(stub), name
        for member in _public(stub):
            assert (ast.get_docstring(stub[member]) is None) or getattr(getattr(_core, name), member).__doc__, (name, member)


def test_every_public_name_has_a_docstring():
    for name in assay.__all__:
        thing = getattr(assay, name)
        assert name == "__version__" or thing.__doc__, name


def test_mypy_is_content(tmp_path):
    use = tmp_path / "use.py"
    use.write_text(
        "import assay\n"
        "verifier = assay.Verifier(jwks='x', audience=['a'])\n"
        "verdict: assay.Verdict = verifier.verify('x', at=1)\n"
        "scopes: list[str] | None = verdict.scopes\n"
        "verdicts: list[assay.Verdict] = verifier.verify_batch(['x'])\n"
        "finding: dict[str, object] = next(assay.audit('x', 'assay.toml'))\n"
        "token: str = assay.RSAKeyPair.generate().create_token(scopes=['read'])\n"
    )
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", tmp_path, "assay", use],
        cwd=ROOT / "tools/python", capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
