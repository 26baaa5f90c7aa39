"""Processor time by stage: functions are wrapped, and time counts for the innermost stage."""

from __future__ import annotations

import functools
import threading
import time
import types
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator


class StageClock:
    """Adds up the processor time of stages, each thread's for itself, while it is `running`."""

    def __init__(self) -> None:
        self.running = False
        self.spent: Counter[str] = Counter()
        """Nanoseconds of each stage, without what ran in another stage inside it."""
        self.calls: Counter[str] = Counter()
        self.in_thread: Counter[int] = Counter()
        """Nanoseconds of all stages in each thread, by its identifier."""
        self._open = threading.local()

    def enter(self, stage: str) -> tuple[str, int] | None:
        """Begin a stage, and return the one around it with the moment it went on."""
        now, around = time.thread_time_ns(), getattr(self._open, "stage", None)
        if around is not None:
            self._add(around[0], now - around[1])
        self._open.stage = (stage, now)
        self.calls[stage] += 1
        return around

    def leave(self, around: tuple[str, int] | None) -> None:
        """End the stage that runs, and go on with the one around it."""
        now, (stage, since) = time.thread_time_ns(), self._open.stage
        self._add(stage, now - since)
        self._open.stage = None if around is None else (around[0], now)

    def _add(self, stage: str, spent: int) -> None:
        self.spent[stage] += spent
        self.in_thread[threading.get_ident()] += spent

    def wrap(
        self, owner: Any, name: str, stage: str | Callable[..., str], *, is_async: bool = False
    ) -> None:
        """Count the time of a function, or of each step of a coroutine function, as a stage's.

        `stage` may be a function that tells it from the arguments of a call; empty for none.
        """
        inner = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
        kind = type(inner) if isinstance(inner, (staticmethod, classmethod)) else None
        inner = inner.__func__ if kind is not None else inner
        named = stage if callable(stage) else lambda *_args, **_kwargs: stage

        @functools.wraps(inner)
        def timed(*args: Any, **kwargs: Any) -> Any:
            if not self.running or not (stage := named(*args, **kwargs)):
                return inner(*args, **kwargs)
            around = self.enter(stage)
            try:
                return inner(*args, **kwargs)
            finally:
                self.leave(around)

        @functools.wraps(inner)
        async def timed_steps(*args: Any, **kwargs: Any) -> Any:
            return await self._step(inner(*args, **kwargs), named(*args, **kwargs))

        made = timed_steps if is_async else timed
        setattr(owner, name, made if kind is None else kind(made))

    @types.coroutine
    def _step(self, steps: Coroutine[Any, Any, Any], stage: str) -> Generator[Any, Any, Any]:
        """Run a coroutine; what happens while it waits is not counted."""
        step: Callable[..., Any] = steps.send
        given: Any = None
        while True:
            around = self.enter(stage) if self.running else None
            was_running = self.running
            try:
                awaited = step(given)
            except StopIteration as end:
                return end.value
            finally:
                if was_running:
                    self.leave(around)
            try:
                step, given = steps.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - the coroutine decides about it
                step, given = steps.throw, error
