"""BatchVerifier: record batches in, record batches out, in this process and in others."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import threading

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

import assay

from conftest import AT, ROOT


@pytest.fixture
def config(key: assay.KeyPair) -> dict:
    return {"jwks": key.jwks("k1"), "audience": "api"}


@pytest.fixture
def batch(tokens):
    return pa.record_batch({"token": [*tokens, None], "id": range(len(tokens) + 1)})


def test_gives_the_columns_of_carry_and_the_verdicts_of_verify_arrow(config, verifier, batch):
    made = assay.BatchVerifier(config, carry=["id"], at=AT)(batch)
    made.validate(full=True)
    assert isinstance(made, pa.RecordBatch)
    assert made.drop_columns("id") == pa.record_batch(verifier.verify_arrow(batch["token"], at=AT))
    assert made["id"] == batch["id"]
    assert made.schema == assay.BatchVerifier(config, carry=["id"]).schema(batch.schema)


def test_gives_only_the_fields_that_are_wanted(config, batch):
    whole = assay.BatchVerifier(config, at=AT)(batch)
    judge = assay.BatchVerifier(config, carry=["id"], at=AT, fields=["reason", "valid"])
    assert judge(batch).schema.names == judge.schema(batch.schema).names == ["id", "reason", "valid"]
    assert judge(batch).drop_columns("id") == whole.select(["reason", "valid"])
    with pytest.raises(assay.SetupError, match="fields: a verdict has no column 'claim', only valid, "):
        assay.BatchVerifier(config, fields=["claim"])
    # What is not wanted is no clash.
    renamed = batch.rename_columns({"id": "alg"})
    assert assay.BatchVerifier(config, carry=["alg"], fields=["valid"])(renamed)["alg"] == batch["id"]
    carried = assay.BatchVerifier(config, carry=["id"], fields=[])
    assert carried(batch).schema == carried.schema(batch.schema) and carried(batch).schema.names == ["id"]


def test_takes_a_table_and_gives_one(config, batch):
    table = pa.Table.from_batches([batch.slice(0, 7), batch.slice(7)])
    judge = assay.BatchVerifier(config, carry=["id"], at=AT, threads=2)
    assert judge(table).combine_chunks() == pa.Table.from_batches([judge(batch)]).combine_chunks()


def test_judges_each_row_at_its_own_time(config, key):
    token = assay.mint(key, 1, audience="api", kid="k1", issued_at=AT, expires_in_seconds=60, seed=1)[0]
    rows = pa.record_batch({"token": [token] * 3, "seen": pa.array([AT, AT + 61, None], pa.int64())})
    made = assay.BatchVerifier(config, at="record", time="seen")(rows)
    assert made["reason"].to_pylist() == [None, "token_expired", "missing_time"]


def _judge_elsewhere(arguments):
    judge, batch = arguments
    return judge(batch)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_goes_to_other_processes(config, batch, method):
    judge = assay.BatchVerifier(config, carry=["id"], at=AT)
    wanted = judge(batch)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_judge_elsewhere, [(judge, batch), (judge, batch.slice(3))]) == [wanted, wanted.slice(3)]


def test_makes_one_verifier_for_all_copies_of_a_process(config, batch):
    made = []

    def make():
        made.append(1)
        return assay.Verifier(**config)

    judge = assay.BatchVerifier(make, at=AT)
    judge(batch)
    assert not judge(batch.slice(0, 0)).num_rows
    assert made == [1]
    copied = pickle.loads(pickle.dumps(assay.BatchVerifier(config)))
    again = pickle.loads(pickle.dumps(copied))
    assert copied.verifier is again.verifier


def test_keeps_few_verifiers(config):
    first = assay.BatchVerifier(config)
    kept = first.verifier
    assert first.verifier is kept
    for _ in range(20):
        assert assay.BatchVerifier(config).verifier is not kept
    from assay import _batch

    assert len(_batch._places) == _batch._KEPT_VERIFIERS


def test_a_verifier_that_is_slow_to_make_holds_up_no_other(config):
    begun, may_end = threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert may_end.wait(60)
        return assay.Verifier(**config)

    judge = assay.BatchVerifier(slow)
    maker = threading.Thread(target=lambda: judge.verifier)
    maker.start()
    assert begun.wait(60)
    assert assay.BatchVerifier(config).verifier
    child = os.fork()
    if child == 0:  # the thread is not here, but what it held must not stay locked
        may_end.set()
        os._exit(0 if judge.verifier else 1)
    assert os.waitpid(child, 0)[1] == 0
    may_end.set()
    maker.join()
    assert judge.verifier is judge.verifier


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"at": "yesterday"}, "at: cannot read 'yesterday'"),
        ({"at": datetime.datetime(2026, 1, 1)}, "at: a datetime without a time zone"),
        ({"threads": "two"}, "threads: "),
        ({"threads": -1}, "threads: "),
    ],
)
def test_mistakes_are_found_before_the_work_is_sent_away(config, options, says):
    with pytest.raises((TypeError, ValueError), match=says):
        assay.BatchVerifier(config, **options)


def test_what_is_no_batch_is_a_type_error(config):
    with pytest.raises(TypeError, match="batch: expected a pyarrow.RecordBatch or Table, not dict"):
        assay.BatchVerifier(config)({"token": []})


def _secret():
    return pathlib.Path(_secret.path).read_bytes()


SECRET = b"for-tests-only-0123456789abcdefghijklmnopqrstuvw"


@pytest.mark.parametrize("form", ["path", "function"])
def test_a_secret_stays_where_it_is(tmp_path, form):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    _secret.path = path
    token = assay.mint(assay.KeyPair(SECRET, "HS256"), 1, audience="api", kid=None, issued_at=AT)[0]
    judge = assay.BatchVerifier({"secret": path if form == "path" else _secret, "audience": "api"}, at=AT)
    judge(pa.record_batch({"token": [token]}))
    pickled = pickle.dumps(judge)
    assert SECRET not in pickled
    assert pickle.loads(pickled)(pa.record_batch({"token": [token]}))["valid"].to_pylist() == [True]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"secret": SECRET}, "secret"),
        ({"secret": [pathlib.Path("a"), SECRET.decode()]}, "secret"),
        ({"static_tokens": {"abc": {"client_id": "x", "scopes": []}}}, "static_tokens"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "jwks"),
        ({"jwks": '{"keys":[{"kty":"oct","k":"AAAA"}]}'}, "jwks"),
        ({"public_key": {"kty": "EC", "crv": "P-256", "x": "", "y": "", "d": "AAAA"}}, "public_key"),
    ],
)
def test_refuses_a_secret_that_would_travel(config, field):
    with pytest.raises(assay.SetupError) as error:
        assay.BatchVerifier(config)
    assert error.value.field == field
    assert SECRET.decode() not in str(error.value) and "AAAA" not in str(error.value)


def test_refuses_a_private_key_that_would_travel(key):
    for private in (key.private_key, key.private_key.decode()):
        with pytest.raises(assay.SetupError, match="must not travel"):
            assay.BatchVerifier({"public_key": private})


def test_finds_mistakes_before_anything_is_sent(config, batch):
    with pytest.raises(assay.SetupError, match="audience"):
        assay.BatchVerifier({**config, "audience": ""})
    with pytest.raises(TypeError, match="no_such"):
        assay.BatchVerifier({**config, "no_such": 1})
    with pytest.raises(TypeError, match="config: expected a path"):
        assay.BatchVerifier(7)
    with pytest.raises(assay.SetupError, match="carry: a verdict has the column 'alg' too"):
        assay.BatchVerifier(config, carry=["id", "alg"])
    with pytest.raises(assay.SetupError, match="the batch has no column 'jwt', only token, id"):
        assay.BatchVerifier(config, token="jwt")(batch)


def test_a_folder_of_parquet_is_judged_batch_by_batch(config, verifier, batch, tmp_path):
    for place in range(3):
        pa.parquet.write_table(pa.Table.from_batches([batch.slice(place * 100, 100)]), tmp_path / f"{place}.parquet")
    judge = assay.BatchVerifier(config, carry=["id"], at=AT)
    judged = [judge(some) for some in pa.dataset.dataset(tmp_path).to_batches(columns=judge.columns)]
    table = pa.Table.from_batches(judged).sort_by("id")
    assert table.num_rows == 300
    assert table["valid"].to_pylist() == pa.table(verifier.verify_arrow(batch["token"][:300], at=AT))["valid"].to_pylist()
    assert json.loads(next(claims for claims in table["claims"].to_pylist() if claims))["aud"] == "api"


def test_the_example_for_dask_judges_each_file_in_a_task(config, key, tmp_path):
    pytest.importorskip("dask")
    tokens = assay.mint(key, 60, audience="api", kid="k1", faults={"expired": 0.4}, seed=1)
    (tmp_path / "lake").mkdir()
    for place in range(3):
        some = pa.table({"token": [*tokens[20 * place : 20 * place + 20], None], "id": range(21 * place, 21 * place + 21)})
        pa.parquet.write_table(some, tmp_path / f"lake/{place}.parquet")
    (tmp_path / "jwks.json").write_text(config["jwks"])
    (tmp_path / "assay.toml").write_text('[[issuer]]\nname = "https://fastmcp.example.com"\njwks = "jwks.json"\n')
    command = [sys.executable, ROOT / "tools/python/examples/dask_lake.py", "assay.toml", "lake", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = pa.dataset.dataset(tmp_path / "out").to_table().sort_by("id")
    wanted = assay.BatchVerifier(tmp_path / "assay.toml", carry=["id"], fields=["valid", "reason", "client_id"])(
        pa.dataset.dataset(tmp_path / "lake").to_table()
    )
    assert made == wanted.sort_by("id")
    accepted = made["valid"].to_pylist().count(True)
    assert 0 < accepted < 60 and done.stdout == f"{accepted} accepted, {63 - accepted} rejected\n"


def test_the_example_judges_a_folder(config, key, tmp_path):
    tokens = assay.mint(key, 50, audience="api", kid="k1", faults={"expired": 0.4}, seed=1)
    batch = pa.record_batch({"token": [*tokens, None], "id": range(51)})
    (tmp_path / "lake").mkdir()
    pa.parquet.write_table(pa.Table.from_batches([batch]), tmp_path / "lake/0.parquet")
    (tmp_path / "jwks.json").write_text(config["jwks"])
    (tmp_path / "assay.toml").write_text('[[issuer]]\nname = "https://fastmcp.example.com"\njwks = "jwks.json"\n')
    command = [sys.executable, ROOT / "tools/python/examples/dataset.py", "assay.toml", "lake", "out"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    made = pa.dataset.dataset(tmp_path / "out").to_table().sort_by("id")
    wanted = assay.BatchVerifier(tmp_path / "assay.toml", carry=["id"])(batch)
    assert made["id"].to_pylist() == batch["id"].to_pylist()
    assert made["valid"].to_pylist() == wanted["valid"].to_pylist()
    accepted = made["valid"].to_pylist().count(True)
    assert 0 < accepted < 50
    assert done.stdout == f"{accepted} accepted, {batch.num_rows - accepted} rejected\n"


@pytest.mark.parametrize("shape", [str, lambda text: "\ufeff" + text, lambda text: ("\ufeff" + text).encode(), lambda text: text.encode("utf-16")])
def test_a_secret_in_a_key_set_does_not_travel(shape):
    jwks = json.dumps({"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}]})
    with pytest.raises(assay.SetupError):
        assay.BatchVerifier({"jwks": shape(jwks)})


@pytest.mark.parametrize("arguments", [{"fields": []}, {"fields": ["kid", "kid"]}, {"carry": ["id", "id"]}])
def test_columns_that_cannot_be_are_refused(key, arguments):
    with pytest.raises(assay.SetupError):
        assay.BatchVerifier({"jwks": key.jwks("k1")}, **arguments)
