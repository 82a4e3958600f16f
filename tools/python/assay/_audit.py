"""The audit of logs: tokens are found in logs as they are, and each is judged at the time of its line."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._options import require_order, wrong_type
from ._verifier import Verifier

if TYPE_CHECKING:
    from types import TracebackType

    from ._core import Moment

# Runs whose thread is at work, with what ends them.
_at_work: dict[threading.Thread, weakref.finalize[..., Any]] = {}


def _end(stop: _core.Stop, reader: int) -> None:
    """Ends a run that nobody reads any more."""
    stop.set()
    os.close(reader)


@atexit.register
def _end_all() -> None:
    """Waits for the engine: Python must not end while it runs."""
    for thread, finish in list(_at_work.items()):
        finish()
        thread.join()


def _forget_all() -> None:
    """In a forked process, which has no thread of a run: closes its copies of the pipes, for which the parent would wait."""
    pipes = set()
    for finish in _at_work.values():
        held = finish.detach()
        if held is not None:
            run, _, (_, reader), _ = held
            run._is_forked = True
            pipes.add(_file_of(reader))
    _at_work.clear()
    if pipes:
        for name in os.listdir("/dev/fd"):
            with contextlib.suppress(OSError):
                if _file_of(int(name)) in pipes:
                    os.close(int(name))


def _file_of(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


os.register_at_fork(after_in_child=_forget_all)


class AuditRun(Iterator[dict[str, Any]]):
    """The findings of an audit, one dict for each, while it runs. They have the fields of `assay audit`'s lines.

    The engine waits for the reader, so memory stays small. ``result`` holds the counts once all findings were read.
    Use it as a context manager, or call ``close()``, to end a run early.
    """

    def __init__(self, verifier: Verifier, paths: list[str], options: dict[str, Any]) -> None:
        #: Counts of the run, set at its end: records, accepted, rejected, by_reason, files, lines, faults, ...
        self.result: dict[str, Any] | None = None
        self._is_forked = False
        self._reading = threading.Lock()
        reader, writer = os.pipe()
        stop = _core.Stop()
        self._lines = os.fdopen(reader, "rb", closefd=False)
        self._finish = weakref.finalize(self, _end, stop, reader)
        outcome: dict[str, Any] = {}
        self._outcome = outcome

        def run() -> None:
            # The thread does not know the AuditRun, so that one that is forgotten ends.
            try:
                outcome["result"] = _core.run_audit(verifier, paths, f"/dev/fd/{writer}", options, stop)
            except BaseException as fault:  # goes on to the reader
                outcome["fault"] = fault
            finally:
                os.close(writer)
                _at_work.pop(threading.current_thread(), None)

        self._thread = threading.Thread(target=run, name="assay.audit", daemon=True)
        _at_work[self._thread] = self._finish
        self._thread.start()

    def __next__(self) -> dict[str, Any]:
        if self._is_forked:
            raise RuntimeError("the audit runs in the process that began it; read it there")
        with self._reading:
            return self._next()

    def _next(self) -> dict[str, Any]:
        if self._finish.alive:
            line = self._lines.readline()
            if line:
                return json.loads(line)  # type: ignore[no-any-return]
            self._thread.join()
            self._finish()
            if "fault" in self._outcome:
                raise self._outcome["fault"]
            self.result = self._outcome["result"]
        raise StopIteration

    def close(self) -> None:
        """Ends the run. Findings that were not read are lost."""
        self._finish()
        if not self._is_forked:
            self._thread.join()

    def __enter__(self) -> AuditRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _path(name: str, value: str | os.PathLike[str]) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise wrong_type(name, "a path", value)
    return os.fsdecode(value)


def audit(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    config: str | os.PathLike[str] | None = None,
    *,
    verifier: Verifier | None = None,
    only: str = "rejected",
    at: Moment = None,
    time_zone: str | Mapping[str, str] | None = None,
    time_field: str = "",
    time_format: str = "",
    year: int | None = None,
    fingerprint: bool = True,
    threads: int = 0,
    summary: str | os.PathLike[str] = "",
    report: str | os.PathLike[str] = "",
    **options: Any,
) -> AuditRun:
    """Finds every token in files and folders, also compressed ones, and judges each at the time of its line.

    The keys are those of ``verifier``, or a Verifier is made of ``config`` and ``options``. ``time_zone`` is the zone
    of times that name none, or ``{"*/app/*": "Europe/Berlin"}``. ``summary`` and ``report`` are paths to write to.
    """
    if verifier is None:
        verifier = Verifier(config=config, **options)
    elif config is not None or options:
        raise TypeError("audit: give a verifier, or the options of one")
    if not isinstance(verifier, Verifier):
        raise wrong_type("verifier", "a Verifier", verifier)
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    require_order("paths", "a path, or a list of some", paths)
    if not isinstance(paths, Iterable):
        raise wrong_type("paths", "a path, or several", paths)
    if time_zone is not None and not isinstance(time_zone, (str, Mapping)):
        raise wrong_type("time_zone", "str or a dict", time_zone)
    zones = {"": time_zone} if isinstance(time_zone, str) else dict(time_zone or {})
    return AuditRun(
        verifier,
        [_path("paths", path) for path in paths],
        {
            "only": only,
            "at": at,
            "time_zones": list(zones.items()),
            "time_field": time_field,
            "time_format": time_format,
            "year": year,
            "fingerprint": fingerprint,
            "threads": threads,
            "summary": _path("summary", summary),
            "report": _path("report", report),
        },
    )
