"""The stub of _core is what the module has, and mypy is content with the package."""

from __future__ import annotations

import ast
import json
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


GOOD_USE = """
import assay
verifier = assay.Verifier(jwks='x', audience=['a'])
verdict: assay.Verdict = verifier.verify('x', at=1)
scopes: list[str] | None = verdict.scopes
verdicts: list[assay.Verdict] = verifier.verify_batch(['x'])
columns: assay.VerdictArray = verifier.verify_arrow(assay.VerdictArray(['valid']), fields=['valid', 'reason'])
finding: dict[str, object] = next(assay.audit('x', 'assay.toml'))
token: str = assay.RSAKeyPair.generate().create_token(scopes=['read'])
"""
BAD_USE = """
import assay
verifier = assay.Verifier(jwks='x', audiences=['a'])
valid: str = verifier.verify('x').valid
verifier.verify_arrow(5)
verifier.verify_arrow(assay.VerdictArray(), fields=5)
"""


def test_pyright_is_content_with_what_is_right_and_not_with_what_is_wrong(tmp_path):
    pytest.importorskip("basedpyright")
    (tmp_path / "good.py").write_text(GOOD_USE)
    (tmp_path / "bad.py").write_text(BAD_USE)

    def errors(*paths):
        command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "--level", "error", "--outputjson", *paths]
        done = subprocess.run(command, cwd=ROOT / "tools/python", capture_output=True, text=True)
        return [(pathlib.Path(one["file"]).name, one["range"]["start"]["line"]) for one in json.loads(done.stdout)["generalDiagnostics"]]

    # Spark and FastMCP are not installed here.
    own = [path for path in sorted((ROOT / "tools/python/assay").glob("*.py*")) if path.name not in ("spark.py", "py.typed")]
    assert errors(*own, tmp_path / "good.py") == []
    assert {line for name, line in errors(tmp_path / "bad.py") if name == "bad.py"} == {2, 3, 4, 5}


def test_mypy_is_content(tmp_path):
    use = tmp_path / "use.py"
    use.write_text(GOOD_USE)
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", tmp_path, "assay", use],
        cwd=ROOT / "tools/python", capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
