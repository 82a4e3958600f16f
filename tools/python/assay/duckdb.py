"""assay as a function of DuckDB's SQL.

    import assay.duckdb
    assay.duckdb.register(con, config="assay.toml")
    con.sql("select v.client_id, count(*) from (select assay_verify(token) as v from 'log.parquet') where v.valid group by 1")

No row raises an error: a bad token is a verdict, and so is a null.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ._core import VerdictArray
from ._options import listed
from ._verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._core import Moment

__all__ = ["VERDICT", "register"]



def _sql_type(kind: pa.DataType) -> str:
    """The type in DuckDB's SQL."""
    if pa.types.is_list(kind):
        return _sql_type(kind.value_type) + "[]"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP WITH TIME ZONE"
    return {pa.bool_(): "BOOLEAN", pa.string(): "VARCHAR"}[kind]


def _struct_of(fields: list[str] | None) -> str:
    return f"STRUCT({', '.join(f'{field.name} {_sql_type(field.type)}' for field in pa.schema(VerdictArray(fields)))})"


#: The type of a verdict with all columns.
VERDICT = _struct_of(None)


def register(
    connection: duckdb.DuckDBPyConnection,
    verifier: Verifier | None = None,
    *,
    name: str = "assay_verify",
    at: Moment = None,
    threads: int = 0,
    fields: Iterable[str] | None = None,
    **options: Any,
) -> Verifier:
    """Makes two functions: ``assay_verify(token)``, and ``assay_verify_at(token, time)`` with a time for each row.

    The keys are those of ``verifier``, or of a Verifier with ``options``; it is returned. ``at`` is the time for
    assay_verify; by default now. ``fields`` names the columns that a verdict has, by default all. Functions of these names
    that were made here before are replaced.
    """
    if verifier is None:
        verifier = Verifier(**options)
    elif options:
        raise TypeError("register: give a verifier, or the options of one")
    judge, wanted = verifier.verify_arrow, listed(fields)

    def verify(tokens: Any) -> Any:
        return pa.array(judge(tokens, at=at, threads=threads, fields=wanted))

    def verify_at(tokens: Any, times: Any) -> Any:
        return pa.array(judge(tokens, at=times, threads=threads, fields=wanted))

    kind = connection.type(_struct_of(wanted))
    create: Any = connection.create_function  # its stub has enumerations that some versions lack
    for function, suffix, parameters in ((verify, "", ["VARCHAR"]), (verify_at, "_at", ["VARCHAR", "TIMESTAMP WITH TIME ZONE"])):
        with contextlib.suppress(duckdb.InvalidInputException):  # there is none yet
            connection.remove_function(name + suffix)
        create(
            name + suffix,
            function,
            [connection.type(parameter) for parameter in parameters],
            kind,
            type="arrow",
            null_handling="special",
            # A verdict with the time of judgement is another one each time.
            side_effects=at is None and not suffix,
        )
    return verifier
