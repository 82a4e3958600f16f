"""Verifier.verify_arrow: every layout of a column, and the columns that come back."""

from __future__ import annotations

import csv
import datetime
import io
import json
import subprocess
import sys
import sysconfig

import pyarrow as pa
import pytest

import assay

from conftest import AT

PROGRAM = sysconfig.get_path("scripts") + "/assay"
COLUMNS = [
    "valid", "reason", "reasons", "signature", "alg", "kid", "client_id", "subject", "issuer", "jti", "scopes", "expires_at", "claims", "detail",
]  # fmt: skip


def table_of(verdicts):
    table = pa.table(verdicts)
    table.validate(full=True)
    return table


def rows_of(verdicts):
    return table_of(verdicts).to_pylist()


def expected(verifier, tokens):
    """What single calls say, as rows. A null or an empty text is missing, and a scheme is taken off."""
    rows = []
    for token in tokens:
        row = verifier.verify(token.removeprefix("Bearer ") if token else "", at=AT).to_dict()
        if not token:
            row["detail"] = "the row holds no token"
        if row["expires_at"] is not None:
            row["expires_at"] = datetime.datetime.fromtimestamp(row["expires_at"], datetime.timezone.utc)
        rows.append(row)
    return rows


def comparable(rows):
    """With the claims read, since to_dict() has them as a dict."""
    return [{**row, "claims": row["claims"] and json.loads(row["claims"])} for row in rows]


@pytest.fixture
def values(tokens):
    mixed = list(tokens)
    mixed[3:3] = [None, "", "Bearer " + tokens[0], None, "-", "x" * 12, "x" * 13, "\u00e9.\u00e9.\u00e9"]
    return mixed


TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
INDICES = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_layout_of_text_gives_the_verdicts_of_single_calls(verifier, values, kind):
    plain = [value.encode() if value is not None and "binary" in str(kind) else value for value in values]
    column = pa.array(plain, kind)
    wanted = expected(verifier, values)
    assert comparable(rows_of(verifier.verify_arrow(column, at=AT))) == wanted
    for begin, length in [(0, 0), (1, 7), (5, 300), (len(values) - 1, 1), (9, len(values) - 9)]:
        part = column.slice(begin, length)
        assert comparable(rows_of(verifier.verify_arrow(part, at=AT))) == wanted[begin : begin + length]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("kind", [pa.string(), pa.large_binary()], ids=str)
def test_a_dictionary_gives_a_row_for_each_row(verifier, values, index, kind):
    distinct = [value if value is None or "binary" not in str(kind) else value.encode() for value in values[:60]]
    places = [None if place % 11 == 0 else place % 60 for place in range(700)]
    column = pa.DictionaryArray.from_arrays(pa.array(places, index), pa.array(distinct, kind))
    wanted = expected(verifier, [None if place is None else values[place] for place in places])
    assert comparable(rows_of(verifier.verify_arrow(column, at=AT))) == wanted
    assert comparable(rows_of(verifier.verify_arrow(column.slice(13, 400), at=AT))) == wanted[13:413]
    sliced = pa.DictionaryArray.from_arrays(pa.array([0, 2, None, 1], index), pa.array(distinct, kind).slice(3, 20))
    assert comparable(rows_of(verifier.verify_arrow(sliced, at=AT))) == expected(verifier, [values[3], values[5], None, values[4]])


def test_chunks_stay_in_order(verifier, values):
    column = pa.chunked_array([values[:7], [], values[7:8], values[8:]], pa.string())
    verdicts = verifier.verify_arrow(column, at=AT)
    assert len(verdicts) == len(values)
    assert comparable(rows_of(verdicts)) == expected(verifier, values)
    whole = pa.array(verdicts)
    whole.validate(full=True)
    assert whole.to_pylist() == rows_of(verdicts)


@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_nulls_are_missing_tokens(verifier, rows):
    for column in (pa.nulls(rows), pa.nulls(rows, pa.string()), pa.nulls(rows, pa.dictionary(pa.int8(), pa.string()))):
        table = table_of(verifier.verify_arrow(column))
        assert table.num_rows == rows and table.column_names == COLUMNS
        assert set(table["reason"].to_pylist()) <= {"missing_token"} and not any(table["valid"].to_pylist())


def test_the_schema_is_fixed(verifier):
    text, texts = pa.string(), pa.list_(pa.string())
    kinds = dict.fromkeys(COLUMNS, text) | {
        "valid": pa.bool_(), "reasons": texts, "scopes": texts, "expires_at": pa.timestamp("us", "UTC"),
    }  # fmt: skip
    assert pa.schema(verifier.verify_arrow(pa.nulls(0))) == pa.schema(list(kinds.items()))


def test_threads_change_nothing(verifier, tokens):
    column = pa.array(tokens * 150)
    one = table_of(verifier.verify_arrow(column, at=AT))
    several = verifier.verify_arrow(column, at=AT, threads=3)
    assert pa.table(several).combine_chunks() == one.combine_chunks()
    assert pa.table(several)["valid"].num_chunks > 1
    joined = pa.array(several)
    joined.validate(full=True)
    assert pa.Table.from_struct_array(joined).combine_chunks() == one.combine_chunks()
    assert pa.table(verifier.verify_arrow(column, at=AT, threads=0)).combine_chunks() == one.combine_chunks()


@pytest.mark.parametrize("threads", [1, 3])
def test_fields_choose_the_columns_and_their_order(verifier, tokens, threads):
    column = pa.array(tokens * 150)
    whole = table_of(verifier.verify_arrow(column, at=AT))
    for fields in ([name] for name in COLUMNS):
        assert table_of(verifier.verify_arrow(column, at=AT, fields=fields)).combine_chunks() == whole.select(fields).combine_chunks()
    fields = ["scopes", "reason", "expires_at", "valid"]
    chosen = verifier.verify_arrow(column, at=AT, threads=threads, fields=iter(fields))
    assert len(chosen) == len(column)
    assert table_of(chosen).combine_chunks() == whole.select(fields).combine_chunks()
    joined = pa.array(chosen)
    joined.validate(full=True)
    assert pa.Table.from_struct_array(joined).combine_chunks() == whole.select(fields).combine_chunks()
    assert pa.table(verifier.verify_arrow(column, fields="valid")).column_names == ["valid"]
    assert pa.schema(verifier.verify_arrow(pa.nulls(0), fields=fields)) == whole.select(fields).schema == pa.schema(assay.VerdictArray(fields))


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        (["valid", "claim"], assay.SetupError, f"^fields: a verdict has no column 'claim', only {', '.join(COLUMNS)}$"),
        ("claim", assay.SetupError, "'claim'"),
        (["kid", "kid"], assay.SetupError, "fields: names the column 'kid' twice"),
        ([], assay.SetupError, "fields: is empty"),
        (7, TypeError, "fields: "),
        ([7], TypeError, "fields: "),
        (["valid\0"], assay.SetupError, "fields: "),
        (["\ud800"], assay.SetupError, "fields: "),
    ],
)
def test_fields_that_no_verdict_has_are_refused(verifier, fields, error, says):
    with pytest.raises(error, match=says):
        verifier.verify_arrow(pa.nulls(1), fields=fields)
    with pytest.raises(error, match=says):
        assay.VerdictArray(fields)
    assert issubclass(assay.SetupError, ValueError)


def test_verdicts_outlive_everything_else(key, tokens):
    verdicts = assay.Verifier(jwks=key.jwks("k1"), audience="api").verify_arrow(pa.array(tokens), at=AT)
    table = pa.table(verdicts)
    alg = table["alg"]
    wanted = alg.to_pylist()
    del verdicts, table
    assert alg.to_pylist() == wanted


def test_each_row_may_have_its_time(verifier, tokens):
    seconds = [None if place % 7 == 0 else AT + 100_000 * (place % 2) for place in range(len(tokens))]
    column = pa.array(tokens)
    wanted = []
    for token, at in zip(tokens, seconds):
        wanted.append(verifier.verify(token, at=at).reason if at else "missing_time" if token else "missing_token")
    assert {"missing_time", "missing_token", "token_expired", None} <= set(wanted)
    times = [pa.array(seconds, pa.int64()), pa.array([None if s is None else f"{s}" for s in seconds])]
    moments = [None if s is None else datetime.datetime.fromtimestamp(s, datetime.timezone.utc) for s in seconds]
    times += [pa.array(moments, pa.timestamp(unit, zone)) for unit in ("s", "ms", "us", "ns") for zone in ("UTC", "Asia/Tokyo")]
    times += [pa.array([s and m.isoformat() for s, m in zip(seconds, moments)])]
    for at in times:
        assert table_of(verifier.verify_arrow(column, at=at))["reason"].to_pylist() == wanted, at.type
    chunks = pa.chunked_array([times[0][:10], times[0][10:]])
    assert table_of(verifier.verify_arrow(column, at=chunks))["reason"].to_pylist() == wanted
    assert table_of(verifier.verify_arrow(column.slice(5), at=times[0].slice(5)))["reason"].to_pylist() == wanted[5:]
    with pytest.raises(ValueError, match="at: 499 times for 500 tokens"):
        verifier.verify_arrow(column, at=times[0].slice(1))
    with pytest.raises(ValueError, match="at: a column of bool"):
        verifier.verify_arrow(column, at=pa.array([True] * 500))
    with pytest.raises(ValueError, match="at: a column of timestamps without a time zone"):
        verifier.verify_arrow(column, at=pa.array([datetime.datetime(2026, 9, 21, 11, 30)] * 500))


def test_a_stream_without_chunks_is_checked_as_well(verifier):
    for kind in (pa.string(), pa.null(), pa.binary_view(), pa.dictionary(pa.int8(), pa.string())):
        assert len(verifier.verify_arrow(pa.chunked_array([], kind))) == 0
    for kind, says in ((pa.int64(), "int64"), (pa.struct([("a", pa.string())]), "one column"), (pa.dictionary(pa.int8(), pa.int8()), "int8")):
        with pytest.raises(ValueError, match=says):
            verifier.verify_arrow(pa.chunked_array([], kind))
    empty = pa.chunked_array([], pa.string())
    assert len(verifier.verify_arrow(empty, at=pa.chunked_array([], pa.timestamp("s", "UTC")))) == 0
    with pytest.raises(ValueError, match="at: a column of bool"):
        verifier.verify_arrow(empty, at=pa.chunked_array([], pa.bool_()))


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (pa.array([1, 2]), "int64"),
        (pa.array([{"a": "x"}]), "one column"),
        (pa.table({"token": ["x"]}), "one column"),
        (pa.array([["x"]]), "list"),
        (pa.array([1, 1]).dictionary_encode(), "dictionary of int64"),
        (pa.RunEndEncodedArray.from_arrays([2], ["x"]), "run-end"),
    ],
)
def test_another_type_is_an_error_that_names_it(verifier, column, says):
    with pytest.raises(ValueError, match=says):
        verifier.verify_arrow(column)


def test_what_is_no_column_is_a_type_error(verifier):
    for thing in (["x"], None, "x", 1):
        with pytest.raises(TypeError, match="__arrow_c_array__"):
            verifier.verify_arrow(thing)


def test_text_that_is_no_utf8_is_replaced(key):
    verifier = assay.Verifier(key.public_key, profile="fastmcp", algorithm="ES256")
    column = pa.array([key.create_token(additional_claims={"sub": "a\ud800b", "client_id": "\udfff"}), b"\xff.\xff", b"a\0b"], pa.binary())
    rows = rows_of(verifier.verify_arrow(column))
    assert rows[0]["valid"] and rows[0]["client_id"] == "\ufffd" and rows[0]["subject"] == "a\ufffdb"
    assert [row["valid"] for row in rows] == [True, False, False]


def test_rows_are_those_of_the_program(key, verifier, values, tmp_path):
    """The NDJSON and the CSV of `assay verify` over the same tokens."""
    (tmp_path / "jwks.json").write_text(key.jwks("k1"))
    records = "".join(json.dumps({"token": value}) + "\n" for value in values)
    rows = rows_of(verifier.verify_arrow(pa.array(values), at=AT))
    command = [PROGRAM, "verify", "--jwks", tmp_path / "jwks.json", "--audience", "api", "--quiet", "--at", str(AT)]
    lines = subprocess.run(command, input=records.encode(), stdout=subprocess.PIPE).stdout.splitlines()
    assert len(lines) == len(rows)
    for row, line in zip(comparable(rows), map(json.loads, lines)):
        for name in COLUMNS:
            wanted = line.get(name, {"reasons": [], "signature": "valid"}.get(name) if line["valid"] else None)
            if name == "expires_at" and wanted is not None:
                wanted = datetime.datetime.fromtimestamp(wanted, datetime.timezone.utc)
            if line["valid"] and name in ("issuer", "jti"):
                wanted = line["claims"]["iss" if name == "issuer" else "jti"]
            if name != "detail" or line.get("reason") != "missing_token":
                assert row[name] == wanted, (name, row, line)
    text = subprocess.run([*command, "--format", "csv"], input=records.encode(), stdout=subprocess.PIPE).stdout.decode()
    reader = csv.DictReader(io.StringIO(text))
    assert set(COLUMNS) <= set(reader.fieldnames)
    assert [line["reason"] or None for line in reader] == [row["reason"] for row in rows]


@pytest.mark.parametrize("expires", [10**12, 10**19, 1e300, 2**63])
def test_an_expiry_beyond_the_calendar_can_be_read(key, expires):
    verifier = assay.Verifier(key.public_key, profile="fastmcp", algorithm="ES256")
    row = rows_of(verifier.verify_arrow(pa.array([key.create_token(additional_claims={"exp": expires})])))[0]
    assert row["valid"], row["detail"]
    assert row["expires_at"] == datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.timezone.utc)


class Again:
    """Gives the same capsules at each call, which is wrong: whoever takes one leaves it released."""

    def __init__(self, name, capsules):
        setattr(self, name, lambda requested_schema=None: capsules)


@pytest.mark.parametrize("name", ["__arrow_c_stream__", "__arrow_c_array__"])
def test_a_column_that_was_taken_before_is_refused(verifier, tokens, name):
    column = pa.array(tokens)
    if name == "__arrow_c_stream__":
        column = pa.chunked_array([column])
    again = Again(name, getattr(column, name)())
    assert len(table_of(verifier.verify_arrow(again, at=AT))) == len(tokens)
    with pytest.raises(ValueError, match="taken before"):
        verifier.verify_arrow(again, at=AT)


def test_polars_needs_no_pyarrow(key, tokens):
    """In a process that cannot import pyarrow."""
    code = f"""
import sys
sys.modules["pyarrow"] = None
import json, polars, assay
tokens = json.load(sys.stdin)
verifier = assay.Verifier(jwks={key.jwks("k1")!r}, audience="api")
wanted = [verdict.reason for verdict in verifier.verify_batch(tokens, at={AT})]
series = polars.Series(tokens)
for column in (series, series.cast(polars.Categorical), series.cast(polars.Binary), polars.concat([series[:9], series[9:]], rechunk=False)):
    frame = polars.DataFrame(verifier.verify_arrow(column, at={AT}))
    assert frame["reason"].to_list() == wanted, column.dtype
    assert frame["scopes"].dtype == polars.List(polars.String)
print("done")
"""
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(tokens), text=True, capture_output=True)
    assert done.stdout == "done\n", done.stderr
