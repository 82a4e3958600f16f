"""assay.Verifier: options, verdicts, errors, threads, forks."""

from __future__ import annotations

import datetime
import gc
import json
import multiprocessing
import pathlib
import pickle
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import assay

from conftest import AT


def test_an_accepted_token_says_what_it_grants(key, verifier):
    token = key.create_token(audience="api", scopes=["read"], kid="k1", issued_at=AT, additional_claims={"n": [1, {"a": None}]})
    verdict = verifier.verify(token, at=AT)
    assert verdict and verdict.valid and verdict.reason is None and verdict.reasons == [] and verdict.detail is None
    assert (verdict.alg, verdict.kid, verdict.signature) == ("ES256", "k1", "valid")
    assert verdict.client_id == verdict.subject == "fastmcp-user"
    assert verdict.scopes == ["read"] and verdict.expires_at == AT + 3600
    assert verdict.claims["n"] == [1, {"a": None}] and json.loads(verdict.claims_json) == verdict.claims
    assert verdict.token.token == token and verdict.token.claims == verdict.claims
    assert verdict.judged_at == datetime.datetime.fromtimestamp(AT, datetime.timezone.utc)


def test_a_rejected_token_says_why_and_grants_nothing(key, verifier):
    verdict = verifier.verify(key.create_token(audience="other", kid="k1", issued_at=AT), at=AT + 4000)
    assert not verdict and verdict.reason == "token_expired" and verdict.reasons == ["token_expired", "audience_mismatch"]
    assert verdict.signature == "valid" and verdict.client_id == "fastmcp-user" and "expired" in verdict.detail
    assert verdict.token is None and verdict.claims is None and verdict.scopes is None and verdict.expires_at is None


def test_the_claims_of_a_forged_token_are_not_shown(key, verifier):
    forged = assay.KeyPair.generate("ES256").create_token(audience="api", kid="k1")
    verdict = verifier.verify(forged)
    assert verdict.reason == "signature_invalid" and verdict.signature == "invalid"
    assert verdict.client_id is None and verdict.subject is None and verdict.issuer is None


def test_repr_never_shows_a_token(key, verifier):
    token = key.create_token(audience="api", kid="k1")
    verdict = verifier.verify(token)
    for text in (repr(verdict), repr(verdict.token), repr(verifier.verify(token[:-9])), repr(key)):
        assert token.split(".")[1] not in text and token.split(".")[2][:-9] not in text


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "e\u00e9.\u00e9.\u00e9", b"\xff\x00", "ey" * 60000, "Bearer x", "\0"])
def test_any_text_is_a_verdict(verifier, token):
    verdict = verifier.verify(token)
    assert not verdict and verdict.reason and verdict.detail
    assert [verdict.reason] == [one.reason for one in verifier.verify_batch([token])]


@pytest.mark.parametrize("token", [None, 1, ["x"], object()])
def test_what_is_no_text_is_a_type_error(verifier, token):
    with pytest.raises(TypeError, match="token: expected str or bytes"):
        verifier.verify(token)
    with pytest.raises(TypeError, match="tokens: expected str or bytes"):
        verifier.verify_batch(["x", token])


def test_a_batch_agrees_with_single_calls(verifier, tokens):
    batch = [verdict.to_dict() for verdict in verifier.verify_batch(tokens, at=AT)]
    assert batch == [verifier.verify(token, at=AT).to_dict() for token in tokens]
    assert batch == [verdict.to_dict() for verdict in verifier.verify_batch((token.encode() for token in tokens), at=AT)]
    reasons = {row["reason"] for row in batch}
    assert {None, "token_expired", "signature_invalid", "missing_token"} <= reasons
    assert verifier.verify_batch([]) == []


def test_a_batch_may_have_a_time_for_each_token(verifier, tokens):
    times = [AT + 100_000 * (place % 2) for place in range(len(tokens))]
    verdicts = verifier.verify_batch(tokens, at=times)
    assert [v.to_dict() for v in verdicts] == [verifier.verify(t, at=at).to_dict() for t, at in zip(tokens, times)]
    with pytest.raises(ValueError, match="at: 2 times for 3 tokens"):
        verifier.verify_batch(tokens[:3], at=times[:2])


def test_a_token_without_a_time_in_a_batch_is_not_judged_now(key, verifier):
    token = key.create_token(audience="api", kid="k1")
    verdicts = verifier.verify_batch([token, token, ""], at=[None, int(time.time()), None])
    assert [verdict.reason for verdict in verdicts] == ["missing_time", None, "missing_token"]
    assert "None" in verdicts[0].detail


@pytest.mark.parametrize("at", [b"1795987000", bytearray(b"1795987000"), memoryview(b"1795987000")])
def test_bytes_are_no_times(key, verifier, at):
    tokens = [key.create_token(audience="api", kid="k1", issued_at=AT)] * 10  # as many as there are bytes
    with pytest.raises(TypeError, match="^at: "):
        verifier.verify_batch(tokens, at=at)


def test_a_time_has_many_forms(key, verifier):
    token = key.create_token(audience="api", kid="k1", issued_at=AT)  # until 2026-09-21T15:13:20Z
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    end = AT + 3600
    for before, after in [
        (end - 1, end), (end - 0.5, float(end)), (end * 1000 - 1, end * 1000), (end * 10**9 - 1, end * 10**9),
        (datetime.datetime.fromtimestamp(end, zone) - datetime.timedelta(microseconds=1), datetime.datetime.fromtimestamp(end, zone)),
        ("2026-09-21T16:13:19.999+01:00", "2026-09-21T15:13:20Z"),
    ]:  # fmt: skip
        assert verifier.verify(token, at=before).valid, before
        assert verifier.verify(token, at=after).reason == "token_expired", after


def test_a_time_may_be_numpys(key, verifier):
    numpy = pytest.importorskip("numpy")
    tokens = [key.create_token(audience="api", kid="k1", issued_at=AT)] * 2
    verdicts = verifier.verify_batch(tokens, at=numpy.array([AT, AT + 3600]))
    assert [verdict.reason for verdict in verdicts] == [None, "token_expired"]


@pytest.mark.parametrize("at", ["yesterday", datetime.datetime(2026, 1, 1), float("nan"), float("inf"), 10**30])
def test_what_is_no_time_is_a_value_error(verifier, at):
    with pytest.raises(ValueError, match="^at: "):
        verifier.verify("x", at=at)
    with pytest.raises(TypeError, match="^at: "):
        verifier.verify("x", at=True)


def test_expiry_is_an_int_of_any_size(key):
    verifier = assay.Verifier(key.public_key, profile="fastmcp", algorithm="ES256")
    token = key.create_token(additional_claims={"exp": 10**30})
    assert verifier.verify(token).expires_at == 10**30


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("keys", {}),
        ("keys", {"jwks": "no/such/file.json"}),
        ("keys", {"jwks": {"keys": []}}),
        ("keys", {"secret": "short"}),
        ("keys", {"public_key": pathlib.Path("no/such/key.pem")}),
        ("public_key", {"public_key": "a secret that nobody may see"}),
        ("audience", {"audience": ""}),
        ("audience", {"audience": []}),
        ("issuer", {"issuer": [""]}),
        ("algorithm", {"algorithm": "none"}),
        ("algorithm", {"algorithm": ["RS256", "ES256"], "profile": "fastmcp", "issuer": "", "audience": ""}),
        ("profile", {"profile": "lax"}),
        ("leeway", {"leeway": -1}),
        ("leeway", {"leeway": datetime.timedelta(milliseconds=1)}),
        ("max_lifetime", {"max_lifetime": -1}),
        ("required_claims", {"required_claims": {"": "x"}}),
        ("revoked", {"revoked": "no/such/list.csv"}),
        ("backend", {"backend": "abacus"}),
        ("cross_check", {"cross_check": 2.0}),
        ("config", {"config": "no/such/assay.toml"}),
        ("config", {"config": "x", "profile": "fastmcp"}),
        ("ca_file", {"ca_file": "no/such/bundle.pem", "jwks_uri": "https://127.0.0.1:1/x"}),
    ],
)
def test_a_bad_option_is_a_value_error_with_its_name(field, arguments):
    if field != "keys" and "public_key" not in arguments and "jwks_uri" not in arguments:
        arguments["secret"] = "x" * 64
    with pytest.raises(assay.SetupError) as caught:
        assay.Verifier(**arguments)
    assert isinstance(caught.value, ValueError) and caught.value.field == field and str(caught.value)
    assert "nobody" not in str(caught.value)
    if field != "keys":
        assert str(caught.value).startswith(f"{field}: ")


def test_a_value_of_a_wrong_type_is_a_type_error_with_its_name():
    for name, value in [("leeway", "x"), ("typ", 1), ("issuer", [1]), ("ssrf_safe", "yes"), ("jwks_uri", 1)]:
        with pytest.raises(TypeError, match=name):
            assay.Verifier(secret="x" * 64, **{name: value})
    with pytest.raises(TypeError):
        assay.Verifier(secret="x" * 64, audiences="api")


def test_keys_have_many_forms(key, tmp_path):
    token = key.create_token(issued_at=AT, kid=None)
    (tmp_path / "key.pem").write_text(key.public_key)
    (tmp_path / "jwks.json").write_text(key.jwks("k1"))
    (tmp_path / "assay.toml").write_text('[[issuer]]\nname = "https://fastmcp.example.com"\njwks = "jwks.json"\n')
    for arguments in [
        {"public_key": key.public_key}, {"public_key": key.public_key.encode()}, {"public_key": tmp_path / "key.pem"},
        {"public_key": [assay.KeyPair.generate("ES256").public_key, key.public_key]},
        {"jwks": key.jwks("k1")}, {"jwks": json.loads(key.jwks("k1"))}, {"jwks": tmp_path / "jwks.json"},
        {"jwks": str(tmp_path / "jwks.json")}, {"config": tmp_path / "assay.toml"},
    ]:  # fmt: skip
        verdict = assay.Verifier(**arguments).verify(token, at=AT)
        # Of several keys without kid none is chosen.
        is_list = isinstance(arguments.get("public_key"), list)
        assert verdict.reason == ("key_ambiguous" if is_list else None), arguments


def test_arguments_count_over_the_trust_file(key, tmp_path):
    (tmp_path / "jwks.json").write_text(key.jwks("k1"))
    (tmp_path / "assay.toml").write_text(
        'audiences = ["a"]\nleeway = "1h"\n[[issuer]]\nname = "https://fastmcp.example.com"\njwks = "jwks.json"\n'
    )
    token = key.create_token(audience="b", kid="k1", issued_at=AT)
    config = tmp_path / "assay.toml"
    assert assay.Verifier(config=config).verify(token, at=AT).reason == "audience_mismatch"
    assert assay.Verifier(config=config, audience="b").verify(token, at=AT + 3600)
    assert assay.Verifier(config=config, audience="b", leeway=0).verify(token, at=AT + 3600).reason == "token_expired"


def test_secrets_have_encodings(tmp_path):
    secret = assay.KeyPair.generate("HS256")
    token = secret.create_token()
    (tmp_path / "hex").write_text(secret.private_key.hex())
    assert assay.Verifier(secret=secret.private_key).verify(token)
    for text in (secret.private_key.hex(), secret.private_key.hex().encode()):
        assert assay.Verifier(secret=text, secret_encoding="hex").verify(token)
    with pytest.raises(assay.SetupError, match="is not base64"):
        assay.Verifier(secret="no base64!" * 10, secret_encoding="base64")
    assert assay.Verifier(secret=tmp_path / "hex", secret_encoding="hex").verify(token)
    assert not assay.Verifier(secret=tmp_path / "hex").verify(token)


def test_the_policy_is_applied(key):
    token = key.create_token(audience=["a", "b"], scopes=["read"], kid="k1", issued_at=AT, additional_claims={"tid": "t"})
    for reason, arguments in [
        (None, {"audience": ["x", "b"], "issuer": ["y", "https://fastmcp.example.com"], "required_scopes": "read", "required_claims": {"tid": "t"}}),
        ("audience_mismatch", {"audience": "c"}),
        ("issuer_mismatch", {"issuer": "c"}),
        ("scope_missing", {"required_scopes": "read, write"}),
        ("scope_missing", {"required_scopes": ["read write"]}),
        ("claim_mismatch", {"required_claims": {"tid": "u"}}),
        ("type_mismatch", {"typ": "at+jwt"}),
        ("token_lifetime", {"max_lifetime": datetime.timedelta(minutes=59)}),
        ("algorithm_not_allowed", {"algorithm": "EdDSA", "public_key": assay.KeyPair.generate("EdDSA").public_key}),
        ("token_too_large", {"max_token_bytes": 10}),
    ]:
        if "public_key" not in arguments:
            arguments["jwks"] = key.jwks("k1")
        verdict = assay.Verifier(**arguments).verify(token, at=AT)
        assert verdict.reason == reason, (arguments, verdict)


def test_notes_reach_the_caller(key, caplog):
    keys = json.loads(key.jwks("k1"))
    keys["keys"].append({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "weak"})
    notes = []
    assay.Verifier(jwks=keys, on_note=notes.append)
    assert any("weak" in note for note in notes)
    with caplog.at_level("WARNING", logger="assay"):
        assay.Verifier(jwks=keys)
    assert any("weak" in record.getMessage() for record in caplog.records)


def test_a_verifier_and_its_on_note_are_collected(key):
    class Owner:
        def __init__(self):
            self.verifier = assay.Verifier(jwks=key.jwks("k1"), on_note=self.note)

        def note(self, line):
            pass

    owner = weakref.ref(Owner())
    gc.collect()
    assert owner() is None


def test_static_tokens():
    table = {"dev": {"client_id": "me", "scopes": ["read"]}, "old": {"client_id": "me", "scopes": ["read"], "expires_at": 1}}
    verifier = assay.StaticTokenVerifier(table, required_scopes=["read"])
    assert verifier.verify("dev").client_id == "me" and verifier.load_access_token("dev").scopes == ["read"]
    assert [verifier.verify(t).reason for t in ("old", "unknown")] == ["token_expired", "unknown_token"]
    assert verifier.verify_token("unknown") is None
    assert assay.StaticTokenVerifier(table, ["admin"]).verify("dev").reason == "scope_missing"
    assert assay.Verifier(static_tokens=table).verify("dev")
    with pytest.raises(assay.SetupError):
        assay.StaticTokenVerifier({"dev": {"scopes": []}})


def test_a_verifier_has_no_pickle(verifier):
    with pytest.raises(TypeError):
        pickle.dumps(verifier)


def test_threads_share_a_verifier(verifier, tokens):
    wanted = [verdict.to_dict() for verdict in verifier.verify_batch(tokens, at=AT)]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [v.to_dict() for v in verifier.verify_batch(tokens, at=AT)], range(32)):
            assert found == wanted
        assert list(pool.map(lambda token: verifier.verify(token, at=AT).to_dict(), tokens)) == wanted


def _count(verifier, tokens, results):
    results.put(sum(map(bool, verifier.verify_batch(tokens * 8, at=AT))))


def test_a_verifier_works_in_a_forked_child(verifier, tokens):
    """With tables that are built in the background, and with threads that wait for work."""
    valid = sum(map(bool, verifier.verify_batch(tokens * 8, at=AT)))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: sum(map(bool, verifier.verify_batch(tokens * 8, at=AT))), range(2))) == [valid] * 2
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        children = [context.Process(target=_count, args=(verifier, tokens, results)) for _ in range(4)]
        for child in children:
            child.start()
        assert [results.get(timeout=60) for _ in children] == [valid] * 4
        for child in children:
            child.join(60)
            assert child.exitcode == 0
    assert sum(map(bool, verifier.verify_batch(tokens * 8, at=AT))) == valid


class _Keys(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(type(self).body)

    def log_message(self, *args):
        pass


def test_keys_come_from_a_url_of_this_very_process(key):
    """The server's thread needs the GIL while the verifier waits for it."""
    other = assay.KeyPair.generate("ES256")
    handler = type("Handler", (_Keys,), {"body": key.jwks("k1").encode()})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        verifier = assay.Verifier(jwks_uri=f"http://127.0.0.1:{server.server_port}/jwks", timeout=20)
        assert verifier.verify(key.create_token(kid="k1"))
        handler.body = other.jwks("k2").encode()
        assert verifier.verify(other.create_token(kid="k2"))
        handler.body = b"<html>"
        with pytest.raises(assay.SetupError):
            verifier.reload()
        assert verifier.verify(other.create_token(kid="k2"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("wanted", ["", [], ()])
def test_a_required_claim_without_a_value_is_refused(key, wanted):
    with pytest.raises(assay.SetupError, match="required_claims: tid"):
        assay.Verifier(jwks=key.jwks("k1"), required_claims={"tid": wanted})


@pytest.mark.parametrize("argument", ["jwks", "jwks_uri"])
def test_a_key_in_the_wrong_place_is_not_shown(key, argument):
    text = key.private_key.decode()
    with pytest.raises(assay.SetupError, match="public.key") as raised:
        assay.Verifier(**{argument: text})
    assert text.split("\n")[1] not in str(raised.value)


def test_a_setup_error_crosses_processes():
    with pytest.raises(assay.SetupError) as raised:
        assay.Verifier(public_key="/no/such/key.pem")
    again = pickle.loads(pickle.dumps(raised.value))
    assert (type(again), again.field, str(again)) == (assay.SetupError, raised.value.field, str(raised.value))


def test_a_verifier_that_could_not_be_made_is_collected():
    code = """
import assay, gc
class Mine(assay.Verifier):
    def __init__(self):
        self.me = self
        super().__init__(public_key="/no/such/key.pem", on_note=print)
try:
    Mine()
except assay.SetupError:
    pass
gc.collect()
print("done")
"""
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


@pytest.mark.parametrize("tokens", ["one token", b"one token"])
def test_a_single_token_is_no_batch(verifier, tokens):
    with pytest.raises(TypeError, match="^tokens: .*verify"):
        verifier.verify_batch(tokens)


def test_scopes_of_static_tokens_may_be_one_text():
    table = {"dev": {"client_id": "me", "scopes": ["read", "write"]}}
    assert assay.StaticTokenVerifier(table, required_scopes="read, write").verify("dev")
    assert not assay.StaticTokenVerifier(table, required_scopes="read admin").verify("dev")
