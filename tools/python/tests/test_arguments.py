"""Arguments of a wrong type are named, and what may be a secret is not shown."""

from __future__ import annotations

import datetime
import pathlib
from collections.abc import Mapping

import numpy
import pyarrow as pa
import pytest

import assay

from conftest import AT

NOTHING = object()
NAN, INFINITY = float("nan"), float("inf")


def refused(name, call):
    """The error, which begins with the name of the argument."""
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert str(error.value).startswith(f"{name}: "), str(error.value)
    assert "bad_cast" not in str(error.value)
    return error


WRONG_OF_VERIFIER = {
    "algorithm": [5, [5], b"ES256", {"ES256": 1}], "issuer": [5, [None], {"i": 1}], "audience": [5, [5], {"a": 1}],
    "required_scopes": [5, [5], {"s": 1}], "required_claims": [5, {"a": 5}, {5: "a"}, {"a": [5]}, {"a": {"b": 1}}], "typ": [5, ["JWT"]], "leeway": ["x", 1.5, 2**70, True],
    "max_lifetime": ["x"], "revoked": [5, [5]], "max_token_bytes": ["x", -1, 2**70], "accept_padding": ["x", 1], "profile": [5],
    "jwks_refetch": ["x", True, NAN, INFINITY, -1], "jwks_max_age": ["x", NAN, INFINITY, -INFINITY],
    "timeout": ["x", True, NAN, INFINITY, -0.5, 31_536_001], "max_bytes": ["x"], "ssrf_safe": ["x", 1], "ca_file": [5],
    "backend": [5], "table_memory": [-1, True, "x"], "memo_memory": ["x"], "cross_check": ["x", NAN, INFINITY], "on_note": [5], "secret_encoding": [5],
    "config": [5], "jwks_uri": [5, [5]], "public_key": [5, [5], {"a": NOTHING}], "secret": [5], "static_tokens": [5],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG_OF_VERIFIER.items() for value in values])
def test_a_verifier_names_the_argument(key, name, value):
    refused(name, lambda: assay.Verifier(jwks=key.jwks("k1"), **{name: value}))


def test_seconds_that_no_clock_counts_are_a_setup_error(key):
    for name in ("timeout", "jwks_refetch", "jwks_max_age", "cross_check"):
        for value in (NAN, INFINITY):
            with pytest.raises(assay.SetupError) as error:
                assay.Verifier(jwks=key.jwks("k1"), **{name: value})
            assert error.value.field == name
    assay.Verifier(jwks=key.jwks("k1"), timeout=0.5, jwks_refetch=0, jwks_max_age=31_536_000)


class OwnMapping(Mapping):
    """A mapping that is no dict."""

    def __getitem__(self, name):
        return {"a": 1}[name]

    def __iter__(self):
        return iter(["a"])

    def __len__(self):
        return 1


def without_order(*members):
    """Things that can be walked through, but say nothing of an order, or hold more than their names."""
    return [set(members), frozenset(members), dict.fromkeys(members), OwnMapping()]


def test_what_has_no_order_is_no_list(key, verifier, tmp_path):
    for wrong in without_order("a"):
        refused("tokens", lambda: verifier.verify_batch(wrong))
        refused("fields", lambda: verifier.verify_arrow(pa.nulls(1), fields=wrong))
        refused("fields", lambda: assay.VerdictArray(wrong))
        refused("fields", lambda: assay.BatchVerifier(lambda: verifier, fields=wrong))
        refused("carry", lambda: assay.BatchVerifier(lambda: verifier, carry=wrong))
        refused("paths", lambda: assay.audit(wrong, verifier=verifier))
        for name in ("audience", "scopes"):  # of tokens that a seed makes again
            refused(name, lambda: key.create_token(**{name: wrong}))
            refused(name, lambda: assay.mint(key, **{name: wrong}))
    for wrong in without_order(AT):
        refused("at", lambda: verifier.verify_batch(["x"], at=wrong))
    error = refused("at", lambda: verifier.verify_batch(["x"], at={AT: "x"}))
    assert str(error.value) == "at: expected a time, or a sequence of them, not dict"


def test_what_has_an_order_is_a_list(key, verifier):
    token = key.create_token(issued_at=AT, kid="k1", audience=("api", "b"))
    assert verifier.verify(token, at=AT).claims["aud"] == ["api", "b"]
    for tokens in ([token], (token,), iter([token]), {"t": token}.values(), {token: 1}.keys(), numpy.array([token])):
        (verdict,) = verifier.verify_batch(tokens, at=(AT,))
        assert verdict, type(tokens)
    for times in ([AT], (AT,), numpy.array([AT])):
        assert verifier.verify_batch([token], at=times)[0]
    # What is allowed has no order.
    for names in ({"api", "c"}, frozenset(["api"]), iter(["api"])):
        assert assay.Verifier(jwks=key.jwks("k1"), audience=names).verify(token, at=AT)


@pytest.mark.parametrize("threads", ["x", 1.5, None, -1, 2**40, True])
def test_threads_are_a_number(verifier, threads):
    refused("threads", lambda: verifier.verify_arrow(pa.nulls(1), threads=threads))
    refused("threads", lambda: assay.BatchVerifier(lambda: verifier, threads=threads))


@pytest.mark.parametrize(
    ("name", "values"),
    {"only": [5], "at": ["x"], "time_zone": [5, {"a": 5}], "time_field": [5], "time_format": [5], "year": ["x", 2**40],
     "fingerprint": ["x"], "threads": ["x", 1.5], "summary": [5], "report": [5]}.items(),
)  # fmt: skip
def test_an_audit_names_the_argument(verifier, tmp_path, name, values):
    (tmp_path / "log").write_text("nothing\n")
    for value in values:
        refused(name, lambda: list(assay.audit(tmp_path, verifier=verifier, **{name: value})))
    refused("paths", lambda: assay.audit(5, verifier=verifier))
    refused("paths", lambda: assay.audit([5], verifier=verifier))
    refused("verifier", lambda: assay.audit(tmp_path, verifier=5))


def test_keys_and_tokens_name_the_argument(key):
    refused("algorithm", lambda: assay.KeyPair.generate(5))
    refused("bits", lambda: assay.KeyPair.generate("RS256", bits="x"))
    refused("private_key", lambda: assay.KeyPair(5, "ES256"))
    refused("algorithm", lambda: assay.KeyPair(key.private_key, 5))
    refused("kid", lambda: key.jwks(5))
    wrong = {"subject": 5, "issuer": 5, "audience": [5], "scopes": 5, "expires_in_seconds": "x", "additional_claims": {"a": NOTHING},
             "kid": 5, "issued_at": "x"}  # fmt: skip
    for name, value in wrong.items():
        refused(name, lambda: key.create_token(**{name: value}))
        refused(name, lambda: assay.mint(key, **{name: value}))
    refused("additional_claims", lambda: key.create_token(additional_claims=5))
    refused("audience", lambda: key.create_token(audience=5))
    refused("key", lambda: assay.mint(5))
    refused("count", lambda: assay.mint(key, "x"))
    refused("count", lambda: assay.mint(key, -1))
    refused("faults", lambda: assay.mint(key, faults=5))
    refused("faults", lambda: assay.mint(key, faults={"expired": "x"}))
    refused("seed", lambda: assay.mint(key, seed="x"))
    refused("tokens", lambda: assay.StaticTokenVerifier(5))
    refused("tokens", lambda: assay.StaticTokenVerifier({"a": NOTHING}))
    refused("required_scopes", lambda: assay.StaticTokenVerifier({}, 5))
    refused("profile", lambda: assay.StaticTokenVerifier({}, None, 5))


def test_tokens_and_times_name_the_argument(verifier):
    refused("token", lambda: verifier.verify(5))
    refused("tokens", lambda: verifier.verify_batch(5))
    refused("tokens", lambda: verifier.verify_batch([5]))
    refused("at", lambda: verifier.verify("x", at=b"x"))
    refused("at", lambda: verifier.verify_batch(["x"], at=["yesterday"]))


SECRET = "hunter2hunter2hunter2hunter2"


@pytest.mark.parametrize("name", ["jwks", "config", "jwks_uri", "public_key", "revoked", "ca_file", "static_tokens"])
@pytest.mark.parametrize("value", [SECRET, [SECRET], SECRET + "=="])
def test_a_secret_in_the_wrong_place_is_not_shown(key, name, value):
    keys = {} if name in ("jwks", "jwks_uri", "public_key", "config", "static_tokens") else {"jwks": key.jwks("k1")}
    with pytest.raises((ValueError, TypeError)) as error:
        assay.Verifier(**keys, **{name: value})
    assert SECRET not in str(error.value)
    if name in ("jwks", "config") and isinstance(value, str):
        assert f"{name}: the text of {len(value)} characters, which is not shown" in str(error.value)


@pytest.mark.parametrize("name", ["jwks", "config"])
@pytest.mark.parametrize("path", ["no/such/file", "missing.json", "missing.toml", "./missing"])
def test_a_path_is_shown(name, path):
    with pytest.raises(assay.SetupError, match=path):
        assay.Verifier(**{name: path})
    with pytest.raises(assay.SetupError, match="nowhere"):
        assay.Verifier(**{name: pathlib.Path("nowhere")})


def test_a_file_without_an_ending_is_found(key, tmp_path, monkeypatch):
    (tmp_path / "keys").write_text(key.jwks("k1"))
    monkeypatch.chdir(tmp_path)
    assert assay.Verifier(jwks="keys").verify(key.create_token(kid="k1")).valid


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"token": 5}, "token"), ({"time": 5}, "time"), ({"carry": 5}, "carry"), ({"carry": [5]}, "carry"), ({"fields": 5}, "fields"),
        ({"at": "yesterday"}, "at"), ({"at": b"x"}, "at"),
    ],
)  # fmt: skip
def test_a_batch_verifier_refuses_wrong_options_where_it_is_made(key, arguments, name):
    for config in ({"jwks": key.jwks("k1")}, "assay.toml", lambda: {}):
        refused(name, lambda: assay.BatchVerifier(config, **arguments))


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        ({"audience": ""}, "audience"), ({"leeway": "x"}, "leeway"), ({"profile": "x"}, "profile"), ({"algorithm": "none"}, "algorithm"),
        ({"no_such": 1}, "config"), ({"timeout": "x"}, "timeout"),
    ],
)  # fmt: skip
def test_a_batch_verifier_checks_the_policy_without_the_keys(policy, name):
    for keys in ({"jwks": "/of/another/machine"}, {"secret": pathlib.Path("/run/secrets/jwt")}, {"secret": lambda: SECRET}):
        assay.BatchVerifier({**keys, "issuer": "x", "audience": "api", "required_scopes": ["a"], "leeway": 5, "memo_memory": 0})
        refused(name, lambda: assay.BatchVerifier({**keys, **policy}))
    assay.BatchVerifier({"jwks_uri": "https://a.example", "timeout": 3, "jwks_refetch": 10, "ca_file": "/etc/of/another", "ssrf_safe": True})
    assay.BatchVerifier({"secret": pathlib.Path("x"), "secret_encoding": "hex", "algorithm": "HS256", "profile": "fastmcp"})
    assay.BatchVerifier({"config": "assay.toml", "leeway": 7})


def test_the_moment_of_judgement_is_held_to_the_years_of_datetime(verifier):
    first = datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
    last = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    for at, shown in ((-9e10, first), ("9999-12-31T23:59:59-12:00", last), ("9999-12-31T23:59:60Z", last)):
        assert verifier.verify("x", at=at).judged_at == shown
    assert verifier.verify("x", at=AT).judged_at.timestamp() == AT
