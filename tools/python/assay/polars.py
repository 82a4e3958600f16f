"""The namespace ``assay`` of Polars: ``.assay.verify()`` for columns.

    import assay.polars
    frame.with_columns(pl.col("token").assay.verify(config="assay.toml").alias("verdict")).unnest("verdict")

The verdict is a struct with the columns of assay.Verifier.verify_arrow, one for each row, nulls included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ._core import VerdictArray
from ._options import listed
from ._verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._core import Moment

__all__ = ["VERDICT", "ExprNamespace", "SeriesNamespace"]

def _type_of(fields: Iterable[str] | None) -> pl.Struct:
    return pl.Struct(pl.DataFrame(VerdictArray(fields)).schema)


#: The type of a verdict with all columns.
VERDICT = _type_of(None)


def _verifier_of(verifier: Verifier | None, options: dict[str, Any]) -> Verifier:
    if verifier is None:
        return Verifier(**options)
    if options:
        raise TypeError("verify: give a verifier, or the options of one")
    return verifier


def _judge(verifier: Verifier, tokens: pl.Series, at: Moment | pl.Series, threads: int, fields: list[str] | None) -> pl.Series:
    rows = len(tokens)
    if isinstance(at, pl.Series) and len(at) != rows:  # a literal is a column of one row
        if rows == 1:
            tokens = tokens.new_from_index(0, len(at))
        elif len(at) == 1:
            at = at.new_from_index(0, rows)
    frame = pl.DataFrame(verifier.verify_arrow(tokens, at=at, threads=threads, fields=fields))
    return frame.to_struct(tokens.name)


@pl.api.register_series_namespace("assay")
class SeriesNamespace:
    """``series.assay``."""

    def __init__(self, series: pl.Series) -> None:
        self._series = series

    def verify(
        self,
        verifier: Verifier | None = None,
        *,
        at: Moment | pl.Series = None,
        threads: int = 0,
        fields: Iterable[str] | None = None,
        **options: Any,
    ) -> pl.Series:
        """A struct with the verdict on each token. The keys are those of ``verifier``, or of a Verifier with ``options``.
        ``fields`` names the columns that are wanted, by default all."""
        return _judge(_verifier_of(verifier, options), self._series, at, threads, listed(fields))


@pl.api.register_expr_namespace("assay")
class ExprNamespace:
    """``pl.col("token").assay``."""

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def verify(
        self,
        verifier: Verifier | None = None,
        *,
        at: Moment | pl.Expr = None,
        threads: int = 0,
        fields: Iterable[str] | None = None,
        **options: Any,
    ) -> pl.Expr:
        """A struct with the verdict on each token. ``at`` may be an expression: a time for each row. ``fields`` names the
        columns that are wanted, by default all."""
        made, wanted = _verifier_of(verifier, options), listed(fields)
        kind = _type_of(wanted)
        if isinstance(at, pl.Expr):
            return pl.map_batches(
                [self._expr, at], lambda columns: _judge(made, columns[0], columns[1], threads, wanted), return_dtype=kind
            )
        return self._expr.map_batches(lambda tokens: _judge(made, tokens, at, threads, wanted), return_dtype=kind)
