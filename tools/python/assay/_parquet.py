"""Parquet files of tokens in, a Parquet file of verdicts out: a row for each row, in their order."""

from __future__ import annotations

import argparse
import collections
import contextlib
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ._batch import verdict_schema
from ._errors import SetupError
from ._verifier import Verifier

_BATCH = 65536

_EXAMPLES = """examples:
  python -m assay verify log.parquet --column token --jwks jwks.json --audience api -o verdicts.parquet
  python -m assay verify day-*.parquet --column token --at-column time --carry request_id --config assay.toml -o out.parquet

Exit codes: 0 all tokens were accepted; 1 at least one was rejected; 2 the run could not start or finish.
"""


def _names(text: str) -> list[str]:
    return text.split(",")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assay", description="assay in Python. The program `assay` reads logs and lines; this reads Parquet."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verify = commands.add_parser(
        "verify",
        help="verdicts for a column of Parquet files",
        description="Judges a column of tokens in Parquet files and writes a row of verdicts for each row, in order.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = verify.add_argument
    add("inputs", nargs="+", metavar="IN.parquet", type=pathlib.Path)
    add("-o", "--output", required=True, metavar="OUT.parquet", type=pathlib.Path,
        help="appears when it is complete; - is standard output")  # fmt: skip
    add("--column", default="token", help="the column of tokens (token)")
    add("--at-column", metavar="COLUMN", help="a column with the time at which each row is judged")
    add("--at", help="judge all rows at this time: Unix time or RFC 3339 (now)")
    add("--carry", action="append", default=[], metavar="COLUMN", help="copy this column to the output; repeatable")
    add("--fields", metavar="NAME,...", type=_names, help="write only these columns of a verdict, such as valid,reason (all)")
    add("--time-zone", metavar="ZONE", help="the zone of times in --at-column that name none, such as UTC or Europe/Berlin")
    add("--jwks", action="append", metavar="PATH or URL")
    add("--public-key", action="append", metavar="PATH", type=pathlib.Path)
    add("--secret-file", action="append", metavar="PATH", type=pathlib.Path)
    add("--config", metavar="PATH", help="the trust file")
    add("--algorithm", action="append", metavar="ALG")
    add("--issuer", action="append", metavar="ISS")
    add("--audience", action="append", metavar="AUD")
    add("--require-scope", action="append", metavar="SCOPE")
    add("--profile", metavar="NAME")
    add("--leeway", type=int, metavar="SECONDS")
    add("--threads", type=int, default=0, metavar="N", help="0: all cores (0)")
    add("--progress", action="store_true", help="a line of progress on stderr, also if it is no terminal")
    add("--quiet", action="store_true", help="neither progress nor summary")
    return parser


def _verifier(given: argparse.Namespace) -> Verifier:
    return Verifier(
        jwks=given.jwks,
        public_key=given.public_key,
        secret=given.secret_file,
        config=given.config,
        algorithm=given.algorithm,
        issuer=given.issuer,
        audience=given.audience,
        required_scopes=None if given.require_scope is None else " ".join(given.require_scope),
        profile=given.profile,
        leeway=given.leeway,
        on_note=lambda line: print(f"assay: {line}", file=sys.stderr),
    )


class _Progress:
    """A line on stderr, a few times a second."""

    def __init__(self, total: int, shown: bool) -> None:
        self._total, self._shown, self._begin, self._next = total, shown, time.monotonic(), 0.0

    def rows(self, done: int) -> None:
        seconds = time.monotonic() - self._begin
        if self._shown and (seconds >= self._next or done == self._total):
            self._next = seconds + 0.25
            share = 100 * done // max(1, self._total)
            rate = done / max(seconds, 1e-9)
            print(f"\r{share:3d} %  {done:,} of {self._total:,} rows, {rate:,.0f}/s", end="", file=sys.stderr, flush=True)

    def end(self) -> float:
        if self._shown:
            print(file=sys.stderr)
        return time.monotonic() - self._begin


def _columns(given: argparse.Namespace) -> list[str]:
    wanted = [given.column, *([given.at_column] if given.at_column else []), *given.carry]
    return list(dict.fromkeys(wanted))


@contextlib.contextmanager
def _reading(path: pathlib.Path) -> Iterator[Any]:
    """The open file. What goes wrong with it is said with its name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        text = str(error)
        raise SetupError("", text if str(path) in text else f"{path}: {text}") from error


def _check(given: argparse.Namespace) -> tuple[Any, int]:
    """Finds mistakes before the work begins. Returns the schema of the columns that are needed, and the number of rows."""
    if given.at is not None and given.at_column is not None:
        raise SetupError("", "--at and --at-column: give one of them")
    if given.time_zone is not None and given.at_column is None:
        raise SetupError("", "--time-zone: is of the times in --at-column; give both")
    if given.threads < 0:
        raise SetupError("", "--threads: give the number of threads, or 0 for all cores")
    try:
        names = verdict_schema(given.fields).names
    except SetupError as error:
        raise SetupError("", f"--{error}") from None
    taken = sorted(set(given.carry) & set(names))
    if taken:
        raise SetupError("", f"--carry: a verdict has the column {taken[0]!r}, too; rename yours")
    if given.time_zone is not None:
        import pyarrow as pa

        try:
            _in_zone(pa.array([0], pa.timestamp("s")), given.time_zone)
        except pa.ArrowException as error:
            raise SetupError("", f"--time-zone: {given.time_zone!r} is no time zone; use one such as UTC or Europe/Berlin") from error
    schema, rows = None, 0
    for path in given.inputs:
        with _reading(path) as file:
            names = file.schema_arrow.names
            for column in _columns(given):
                if column not in names:
                    raise SetupError("", f"{path}: has no column {column!r}; it has {', '.join(map(repr, names))}")
                if names.count(column) > 1:
                    raise SetupError("", f"{path}: has {names.count(column)} columns {column!r}; rename one")
                kind = file.schema_arrow.field(column).type
                if column == given.at_column and _is_local(kind) and given.time_zone is None:
                    raise SetupError("", f"{path}: the times in {column!r} name no time zone; say theirs with --time-zone, such "
                                     "as --time-zone UTC")  # fmt: skip
                if schema is not None and column in given.carry and schema.field(column).type != kind:
                    raise SetupError("", f"{path}: the column {column!r} is {kind}, and {schema.field(column).type} in "
                                     f"{given.inputs[0]}; carry columns of one type")  # fmt: skip
            if given.output.exists() and os.path.samefile(path, given.output):
                raise SetupError("", f"{path}: is the output, too; give another -o")
            schema = file.schema_arrow if schema is None else schema
            rows += file.metadata.num_rows
    return schema, rows


def _batches(given: argparse.Namespace) -> Iterator[Any]:
    for path in given.inputs:
        with _reading(path) as file:
            yield from file.iter_batches(batch_size=_BATCH, columns=_columns(given))


def _is_local(kind: Any) -> bool:
    """Says whether a column of this type holds times that name no zone."""
    import pyarrow as pa

    return bool(pa.types.is_timestamp(kind)) and kind.tz is None


def _times(batch: Any, given: argparse.Namespace) -> Any:
    """The column of times. Local times are those of --time-zone; of the hour that comes twice, the first is taken."""
    times = batch.column(given.at_column)
    return _in_zone(times, given.time_zone) if _is_local(times.type) else times


def _in_zone(times: Any, zone: str) -> Any:
    import pyarrow.compute

    compute: Any = pyarrow.compute  # its functions are made when it is imported, so no stub has them
    return compute.assume_timezone(times, zone, ambiguous="earliest", nonexistent="earliest")


def _judge(verifier: Verifier, batch: Any, given: argparse.Namespace) -> tuple[Any, Any]:
    """The verdicts on a batch as a table, with what is carried behind them; and the reasons, for the count."""
    import pyarrow as pa

    at = _times(batch, given) if given.at_column else given.at
    fields = given.fields if given.fields is None or "reason" in given.fields else [*given.fields, "reason"]
    table = pa.table(verifier.verify_arrow(batch.column(given.column), at=at, fields=fields))
    reasons = table["reason"]
    if fields is not given.fields:
        table = table.drop_columns("reason")
    for name in dict.fromkeys(given.carry):
        table = table.append_column(batch.schema.field(name), batch.column(name))
    return table, reasons


class _Stream:
    """A pipe or a device as pyarrow wants its outputs: with a place, which such a thing does not know."""

    def __init__(self, file: Any) -> None:
        self._file, self._place, self.closed = file, 0, False

    def write(self, data: Any) -> int:
        self._file.write(data)
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._file.close()


class _Writer:
    """The output: it appears under its name only when it is complete. A device or a pipe is written to as it is, and so is
    standard output, which is "-"."""

    def __init__(self, path: pathlib.Path, pq: Any) -> None:
        self._pq = pq
        self._writer: Any = None
        self._path = self._temporary = path
        self._sink: Any = None
        if str(path) == "-":
            self._sink = _Stream(os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
            return
        if path.exists() and not path.is_file() and not path.is_dir():
            self._sink = _Stream(open(path, "wb"))
            return
        path = self._path = path.resolve()  # a link stays
        if path.is_dir():
            raise SetupError("", f"{path}: is a directory; give -o the name of a file")
        if not path.parent.is_dir():
            raise SetupError("", f"{path.parent}: no such directory; create it first")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        self._temporary = pathlib.Path(name)

    def write(self, table: Any) -> None:
        if self._writer is None:
            self._writer = self._pq.ParquetWriter(self._sink or self._temporary, table.schema, compression="zstd")
        self._writer.write_table(table)

    def commit(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._sink is not None:
            self._sink.close()
            return
        with open(self._temporary, "rb+") as file:
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        self._temporary.chmod(0o666 & ~mask)
        os.replace(self._temporary, self._path)

    def drop(self) -> None:
        try:
            if self._writer is not None:
                with contextlib.suppress(OSError):  # such as that of a full disk, once more
                    self._writer.close()
        finally:
            if self._sink is None:
                self._temporary.unlink(missing_ok=True)
            else:
                with contextlib.suppress(OSError):
                    self._sink.close()


def _run(given: argparse.Namespace) -> int:
    import pyarrow.parquet as pq

    schema, total = _check(given)
    verifier = _verifier(given)
    counts: collections.Counter[str | None] = collections.Counter()
    threads = given.threads or os.cpu_count() or 1
    progress = _Progress(total, not given.quiet and (given.progress or sys.stderr.isatty()))
    writer = _Writer(given.output, pq)
    waiting: collections.deque[Future[Any]] = collections.deque()
    done = 0

    def take() -> None:
        nonlocal done
        table, reasons = waiting.popleft().result()
        for entry in reasons.value_counts().to_pylist():
            counts[entry["values"]] += entry["counts"]
        writer.write(table)
        done += table.num_rows
        progress.rows(done)

    try:
        with ThreadPoolExecutor(threads) as pool:
            try:
                for batch in _batches(given):
                    waiting.append(pool.submit(_judge, verifier, batch, given))
                    if len(waiting) > 2 * threads:  # so that memory does not grow with the file
                        take()
                while waiting:
                    take()
            except BaseException:  # ^C does not wait for what is queued
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if done == 0:  # the file still has its columns
            import pyarrow as pa

            writer.write(_judge(verifier, pa.RecordBatch.from_pylist([], schema=schema), given)[0])
        writer.commit()
    except BaseException:
        writer.drop()
        raise
    seconds = progress.end()
    accepted = counts.pop(None, 0)
    rejected = sum(counts.values())
    if not given.quiet:
        rate = done / max(seconds, 1e-9)
        print(f"assay: {done:,} rows: {accepted:,} accepted, {rejected:,} rejected, {seconds:.3g} s, {rate:,.0f}/s", file=sys.stderr)
        for reason, count in counts.most_common():
            print(f"  {reason}  {count:,}", file=sys.stderr)
    return 1 if rejected else 0


class _Terminated(BaseException):
    """SIGTERM came."""


@contextlib.contextmanager
def _terminating() -> Iterator[None]:
    """SIGTERM ends the run as ^C does: without leaving half an output."""

    def stop(number: int, frame: Any) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():  # no other may set a handler
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command. Returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        with _terminating():
            return _run(given)
    except ImportError as error:
        print(f"assay: Parquet needs pyarrow ({error}); pip install 'assay-jwt[parquet]'", file=sys.stderr)
    except (ValueError, OSError) as error:  # of the set-up, of pyarrow, of the disk
        print(f"assay: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("assay: interrupted", file=sys.stderr)
        return 130
    except _Terminated:
        print("assay: terminated", file=sys.stderr)
        return 143
    return 2
