"""Every attack vector, in every profile, through the Python face: one by one and in batches."""

from __future__ import annotations

import base64
import collections
import json

import pytest

import assay

from conftest import ROOT

PROFILES = ["strict", "fastmcp@3.4", "fastmcp@4.1", "fastmcp@4.2"]


def _b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _arguments(case, profile):
    config = case.get("config") or {}
    algorithm = config.get("algorithm")
    given = {"profile": profile, "max_token_bytes": 4194304, "algorithm": algorithm or "RS256", "on_note": lambda line: None}
    given["issuer"], given["audience"] = config.get("issuer"), config.get("audience")
    scopes = config.get("required_scopes")
    given["required_scopes"] = scopes
    name = "secret" if (algorithm or "").startswith("HS") else "public_key"
    if "keys" in case:
        # A folder's file, so that a document that is no set is read as one.
        given["jwks"] = json.dumps(case["keys"]).encode()
    if "secret" in case:
        given["secret"] = _b64url(case["secret"])
    if case.get("public_key") is not None:
        given[name] = case["public_key"].encode()
    if "public_key_der" in case:
        given[name] = _b64url(case["public_key_der"])
    return given


def _groups():
    groups = collections.OrderedDict()
    for line in (ROOT / "data/vectors/attacks.ndjson").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        solo = case["id"] if case.get("stage") == "config" else None
        keys = [case.get(name) for name in ("config", "keys", "public_key", "public_key_der", "secret")]
        groups.setdefault(json.dumps([solo, keys], sort_keys=True), []).append(case)
    return list(groups.values())


def _expected(case, profile):
    expect = case["expect"]
    return expect.get(profile, expect.get("fastmcp")) if isinstance(expect, dict) else expect


@pytest.mark.parametrize("profile", PROFILES)
def test_every_vector_has_its_verdict(profile):
    seen = 0
    for cases in _groups():
        cases = [case for case in cases if _expected(case, profile) in ("accept", "reject")]
        try:
            verifier = assay.Verifier(**_arguments(cases[0], profile)) if cases else None
        except assay.SetupError as error:
            for case in cases:
                assert _expected(case, profile) == "reject", (case["id"], str(error))
            seen += len(cases)
            continue
        cases = [case for case in cases if case.get("token") is not None]
        for case in cases:
            # json.loads makes lone surrogates of "\ud800"; the face keeps them.
            verdict = verifier.verify(case["token"], at=case["at"])
            assert verdict.valid == (_expected(case, profile) == "accept"), (case["id"], verdict)
            result = case.get("results", {}).get(profile, case.get("result"))
            if verdict and result and profile != "strict":
                for field in ("client_id", "scopes", "expires_at") + (("subject",) if profile != "fastmcp@3.4" else ()):
                    assert getattr(verdict, field) == result.get(field), (case["id"], field)
            seen += 1
        if cases:
            batch = verifier.verify_batch([case["token"] for case in cases], at=[case["at"] for case in cases])
            assert [v.valid for v in batch] == [_expected(case, profile) == "accept" for case in cases]
    assert seen > 800
