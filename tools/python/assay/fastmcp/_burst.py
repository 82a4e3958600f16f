"""Tokens that arrive in one turn of the event loop are verified together.

The first call of a turn is answered at once, and so are further calls of the same task. A call of another task in the same
turn waits for the turn's end, when all that wait are verified as one batch. So a single call never waits, and of a gather of
1,000 calls 999 are judged in a few batches.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import assay

    from ._engine import Engine

# A batch is long enough for the lanes, and short enough for a loop that has other work.
_MOST_IN_A_BATCH = 512


class _Turn(threading.local):
    """The present turn of this thread's event loop."""

    loop: asyncio.AbstractEventLoop | None = None
    task: asyncio.Task[Any] | None = None

    def __init__(self) -> None:
        self.waiting: dict[Engine, list[tuple[str, asyncio.Future[assay.Verdict]]]] = {}

    def is_awaited(self) -> bool:
        """Whether calls of another loop of this thread, which is stopped for now, still wait for the turn's end."""
        return bool(self.waiting) and self.loop is not None and not self.loop.is_closed()

    def begin(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
        self.loop, self.task = loop, task
        self.waiting = {}
        loop.call_soon(self.end, loop)

    def end(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self.loop:
            return
        self.loop = self.task = None
        batches = [
            (engine, waiting[place : place + _MOST_IN_A_BATCH])
            for engine, waiting in self.waiting.items()
            for place in range(0, len(waiting), _MOST_IN_A_BATCH)
        ]
        self.waiting = {}
        for place, (engine, waiting) in enumerate(batches):
            if place == 0:
                _judge(engine, waiting)
            else:
                loop.call_soon(_judge, engine, waiting)


def _judge(engine: Engine, waiting: list[tuple[str, asyncio.Future[assay.Verdict]]]) -> None:
    try:
        verdicts = engine.verify_batch([token for token, _ in waiting], time.time())
    except BaseException as error:
        for _, future in waiting:
            if not future.done():
                future.set_exception(error)
        if not isinstance(error, Exception):
            raise
        return
    for (_, future), verdict in zip(waiting, verdicts, strict=True):
        if not future.done():  # its task may have been cancelled
            future.set_result(verdict)


_turn = _Turn()


def join(engine: Engine, token: str) -> asyncio.Future[assay.Verdict] | None:
    """A verdict to wait for; None: verify the token now."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # another kind of event loop
        return None
    task = asyncio.current_task()
    if task is None:
        return None
    if _turn.loop is not loop:
        if not _turn.is_awaited():
            _turn.begin(loop, task)
        return None
    if _turn.task is task:
        return None
    future: asyncio.Future[assay.Verdict] = loop.create_future()
    _turn.waiting.setdefault(engine, []).append((token, future))
    return future
