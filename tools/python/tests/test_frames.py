"""Polars and DuckDB."""

from __future__ import annotations

import collections

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import assay
import assay.duckdb
import assay.polars

from conftest import AT


@pytest.fixture
def wanted(verifier, tokens):
    return [verdict.reason for verdict in verifier.verify_batch(tokens, at=AT)]


def test_polars_judges_an_expression(key, verifier, tokens, wanted):
    frame = pl.DataFrame({"token": tokens, "at": [AT] * len(tokens)})
    judged = frame.with_columns(pl.col("token").assay.verify(verifier, at=AT).alias("v"))
    assert judged.schema["v"] == assay.polars.VERDICT and judged.columns == ["token", "at", "v"]
    assert judged.unnest("v")["reason"].to_list() == wanted
    some = frame.select(pl.col("token").assay.verify(verifier, at=pl.col("at"), fields=["alg", "reason"])).unnest("token")
    assert some.columns == ["alg", "reason"] and some["reason"].to_list() == wanted
    with pytest.raises(assay.SetupError, match="fields: a verdict has no column 'claim'"):
        pl.col("token").assay.verify(verifier, fields=["claim"])
    options = {"jwks": key.jwks("k1"), "audience": "api"}
    lazy = frame.lazy().select(pl.col("token").assay.verify(at=pl.col("at"), **options)).unnest("token")
    assert lazy.collect()["reason"].to_list() == wanted
    assert lazy.collect_schema().names() == [field.name for field in assay.polars.VERDICT.fields]


def test_polars_judges_a_series(verifier, tokens, wanted):
    series = pl.Series("token", [*tokens, None])
    verdicts = series.assay.verify(verifier, at=AT)
    assert verdicts.name == "token" and verdicts.dtype == assay.polars.VERDICT
    assert verdicts.struct.field("reason").to_list() == [*wanted, "missing_token"]
    reasons = series.assay.verify(verifier, at=AT, fields="reason")
    assert reasons.dtype == pl.Struct({"reason": pl.String}) and reasons.struct.field("reason").to_list() == [*wanted, "missing_token"]
    at = pl.Series([AT] * len(tokens) + [None])
    assert series.assay.verify(verifier, at=at).struct.field("reason").to_list() == [*wanted, "missing_token"]
    with pytest.raises(assay.SetupError):
        series.assay.verify(jwks="no/such/file")
    with pytest.raises(TypeError):
        series.assay.verify(verifier, audience="api")


def test_duckdb_judges_rows_and_never_raises_for_one(key, tokens, wanted):
    connection = duckdb.connect()
    made = assay.duckdb.register(connection, at=AT, jwks=key.jwks("k1"), audience="api")
    assert isinstance(made, assay.Verifier)
    table = pa.table({"token": [*tokens, None, "nonsense"], "moment": [AT] * (len(tokens) + 2)})
    counts = "select v.reason, count(*) from (select {} as v from table_) group by all".format
    connection.register("table_", table)
    expected = collections.Counter([*wanted, "missing_token", "other_credential"])
    assert dict(connection.sql(counts("assay_verify(token)")).fetchall()) == expected
    assert dict(connection.sql(counts("assay_verify_at(token, to_timestamp(moment))")).fetchall()) == expected
    late = dict(connection.sql(counts("assay_verify_at(token, to_timestamp(moment + 100000))")).fetchall())
    assert None not in late and late["token_expired"] > expected["token_expired"]
    row = connection.sql("select unnest(assay_verify(token)) from table_ limit 1").arrow()
    assert pa.table(row).column_names == [field.name for field in pa.schema(assay.VerdictArray())]
    assert connection.sql("select assay_verify(null).reason").fetchall() == [("missing_token",)]


def test_duckdb_replaces_functions_of_the_same_name(key):
    connection, token = duckdb.connect(), key.create_token(audience="api", kid="k1")
    for audience, valid in (("other", False), ("api", True)):  # as a cell of a notebook that is run again
        assay.duckdb.register(connection, jwks=key.jwks("k1"), audience=audience)
        assert connection.execute("select assay_verify(?).valid", [token]).fetchall() == [(valid,)]
    never = "select assay_verify_at(?, 'infinity'::timestamptz).reason, assay_verify_at(?, '-infinity'::timestamptz).reason"
    assert connection.execute(never, [token, token]).fetchall() == [("missing_time", "missing_time")]


def test_duckdb_takes_another_name_and_fields(key):
    connection = duckdb.connect()
    assay.duckdb.register(connection, assay.Verifier(jwks=key.jwks("k1")), name="short", fields=["valid", "alg"])
    assert connection.execute("select short(?)", [key.create_token(kid="k1")]).fetchall() == [({"valid": True, "alg": "ES256"},)]
    with pytest.raises(assay.SetupError, match="'claim'"):
        assay.duckdb.register(connection, assay.Verifier(jwks=key.jwks("k1")), fields=["claim"])
    assay.duckdb.register(connection, assay.Verifier(jwks=key.jwks("k1")), name="judge")
    assert connection.execute("select judge(?).valid", [key.create_token(kid="k1")]).fetchall() == [(True,)]
    with pytest.raises(TypeError):
        assay.duckdb.register(connection, assay.Verifier(jwks=key.jwks("k1")), audience="api")
