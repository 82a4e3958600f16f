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
    from ._engine import Engine

# A batch is long enough for the lanes, and short enough for a loop that has other work.
_MOST_IN_A_BATCH = 512


class _Batch(asyncio.Future):  # type: ignore[type-arg]
    """The verdicts on tokens that wait together: one future for all of their tasks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.tokens: list[str] = []

    def cancel(self, msg: Any = None) -> bool:
        """No task can cancel what others wait for: one that is cancelled ends when the batch does, in the same turn."""
        return False

    def judge(self, engine: Engine) -> None:
        try:
            self.set_result(engine.verify_batch(self.tokens, time.time()))
        except BaseException as error:
            self.set_exception(error)
            if not isinstance(error, Exception):
                raise


class _Turn(threading.local):
    """The present turn of this thread's event loop."""

    loop: asyncio.AbstractEventLoop | None = None
    task: asyncio.Task[Any] | None = None

    def __init__(self) -> None:
        self.waiting: dict[Engine, list[_Batch]] = {}

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
        batches = [(batch, engine) for engine, batches in self.waiting.items() for batch in batches]
        self.waiting = {}
        for batch, engine in batches[1:]:
            loop.call_soon(batch.judge, engine)
        if batches:
            batch, engine = batches[0]
            batch.judge(engine)


_turn = _Turn()


def join(engine: Engine, token: str) -> tuple[_Batch, int] | None:
    """What to wait for, and the place of the token's verdict in it; None: verify the token now."""
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
    batches = _turn.waiting.setdefault(engine, [])
    if not batches or len(batches[-1].tokens) == _MOST_IN_A_BATCH:
        batches.append(_Batch(loop))
    batch = batches[-1]
    batch.tokens.append(token)
    return batch, len(batch.tokens) - 1
