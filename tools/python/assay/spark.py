"""Spark: verdicts on a column of tokens, where the data lies. PySpark 4.0 or later, with or without Spark Connect; `udf`
needs 4.1.

    verdicts = assay.spark.verify(df, token="token", config="assay.toml", carry=["id"])
    pathlib.Path("lake.json").write_text(assay.spark.summary(df, config="assay.toml"))
    spark.udf.register("assay_verify", assay.spark.udf({"jwks": jwks, "audience": "api"}))

Each Python worker of an executor makes one verifier when it gets its first batch, and keeps it. `config` is what
BatchVerifier takes. It travels within the function that Spark sends: nothing is broadcast. A relative path is looked
for in the working directory of the executor, and then among the files of SparkContext.addFile and
SparkSession.addArtifact. The package must be installed on the executors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import from_arrow_schema

from . import _core
from ._batch import BatchVerifier, Config, verdict_schema
from ._errors import SetupError
from ._options import listed, require_order

__all__ = ["summary", "udf", "verdict_type", "verify"]

# The names of our columns on their way to Python: they must not clash with those that are carried.
_TOKEN = "__assay_token"
_TIME = "__assay_time"
# Tasks that add up the summaries of the partitions, before the driver adds up theirs.
_ADDERS = 16


def verdict_type(fields: Iterable[str] | None = None) -> T.StructType:
    """The columns of a verdict, or those that are named, as Spark has them."""
    return from_arrow_schema(verdict_schema(listed(fields)))


def verify(
    df: DataFrame,
    token: str | Column = "token",
    at: Any = None,
    *,
    config: Config,
    carry: Iterable[str | Column] = (),
    time: str | Column = "time",
    fields: Iterable[str] | None = None,
) -> DataFrame:
    """A verdict for each row: the columns of `carry`, then those of verdict_type(). Only the columns that are needed are
    read and sent to Python. Name the ones that you need from a verdict as `fields`: the others are not made, and do not come
    back from Python. Claims and details are long.

    `at` is the moment of judgement. None is the moment at which a batch is judged, and "record" is the row's own time,
    from the column `time`: a timestamp, Unix time, or text in RFC 3339. A streaming DataFrame may be given too.
    """
    given = _list(carry)
    wanted = listed(fields)
    names = df.select(*given).columns if given else []
    judge = _TaskVerifier(config, token=_TOKEN, at=at, time=_TIME, carry=names, fields=wanted)
    selected = _selected(df, token, time if _is_record(at) else None, given)
    verdict = [] if wanted == [] else list(verdict_type(wanted))
    schema = T.StructType([*(selected.schema[name] for name in names), *verdict])

    def batches(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            yield judge(batch)

    return selected.mapInArrow(batches, schema)


def summary(
    df: DataFrame, token: str | Column = "token", at: Any = None, *, config: Config, time: str | Column = "time", source: str = "Spark"
) -> str:
    """Judges the rows as verify does, and counts. Returns the JSON document that `assay verify --summary` writes: `assay
    report` draws it, and adds it to those of other runs and machines. The document names `source` as what was read.

    Each partition is counted where it is; only counts travel.
    """
    judge = _TaskVerifier(config, token=_TOKEN, at=at, time=_TIME)
    selected = _selected(df, token, time if _is_record(at) else None, [])

    def count(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = _core.ColumnSummary(judge.verifier)
        for batch in rows:
            counts.add(batch.column(_TOKEN), batch.column(_TIME) if _is_record(at) else at)
        yield pa.record_batch({"summary": [counts.json("verify", [source])]})

    def add_up(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        whole: list[str] = []
        for batch in rows:
            whole = [_core.merge_summaries([*whole, *batch.column("summary").to_pylist()], as_one_run=True)]
        if whole:
            yield pa.record_batch({"summary": whole})

    parts = selected.mapInArrow(count, "summary string").repartition(_ADDERS).mapInArrow(add_up, "summary string").collect()
    counted: list[str] = [part[0] for part in parts]
    # A DataFrame without partitions has no part.
    return _core.merge_summaries(counted or [_core.ColumnSummary(judge.verifier).json("verify", [source])], as_one_run=True)


def udf(config: Config, *, at: Any = None, fields: Iterable[str] | None = None) -> Callable[..., Column]:
    """A function of a column of tokens that gives a struct with the columns of verdict_type(), for SQL and Structured
    Streaming. With at="record" it takes a second column, the time of each row. It does not fail for a row. `fields` names
    the columns of the struct; by default it has all."""
    arrow_udf: Any = getattr(F, "arrow_udf", None)
    if arrow_udf is None:
        raise ImportError("assay.spark.udf needs arrow_udf, which PySpark has from 4.1 on")
    wanted = listed(fields)
    judge = _TaskVerifier(config, token=_TOKEN, at=at, time=_TIME, fields=wanted)

    def assay_verify(tokens: pa.Array) -> pa.Array:
        return pa.record_batch(judge.judge(tokens)).to_struct_array()

    def assay_verify_at(tokens: pa.Array, times: pa.Array) -> pa.Array:
        return pa.record_batch(judge.judge(tokens, times)).to_struct_array()

    return cast("Callable[..., Column]", arrow_udf(assay_verify_at if _is_record(at) else assay_verify, verdict_type(wanted)))


class _TaskVerifier(BatchVerifier):
    """Judges within a task of Spark, with as many threads as the task has cores."""

    def judge(self, tokens: Any, times: Any = None) -> Any:
        task = TaskContext.get()
        self._threads = 1 if task is None else max(1, task.cpus())
        return super().judge(tokens, times)

    def _file(self, path: str | os.PathLike[str]) -> str | os.PathLike[str]:
        if os.path.exists(path) or os.path.isabs(path):
            return path
        from pyspark import SparkFiles  # which a client without Spark itself does not have

        sent = SparkFiles.get(os.fspath(path))
        return type(path)(sent) if os.path.exists(sent) else path  # type: ignore[call-arg]


def _is_record(at: Any) -> bool:
    return isinstance(at, str) and at == "record"


def _selected(df: DataFrame, token: str | Column, time: str | Column | None, carry: list[str | Column]) -> DataFrame:
    """The columns that Python needs, and no others."""
    times = [] if time is None else [_column(time).alias(_TIME)]
    selected = df.select(_column(token).alias(_TOKEN), *times, *carry)
    _check_token(selected.schema[_TOKEN].dataType)
    return selected


def _list(columns: Iterable[str | Column]) -> list[str | Column]:
    """The columns of `carry`."""
    require_order("carry", "a list of columns", columns)
    return [columns] if isinstance(columns, (str, Column)) else list(columns)


def _column(column: str | Column) -> Column:
    return F.col(column) if isinstance(column, str) else column


def _check_token(kind: T.DataType) -> None:
    if not isinstance(kind, (T.StringType, T.VarcharType, T.CharType, T.BinaryType, T.NullType)):
        raise SetupError("token", f"the column is {kind.simpleString()}; tokens are string or binary")
