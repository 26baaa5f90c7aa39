"""Kill a process of ours between any two lines of what it does to our data."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMS = ("/bot/vault/", "/bot/store/writer.py")
"""Between whose lines a process can be killed."""


class _Counter:
    """Counts the lines of those rooms, in every thread; ends the process at one of them."""

    def __init__(self, ends_at: int) -> None:
        self.count = 0
        self._ends_at = ends_at

    def trace(self, frame: Any, event: str, _argument: object) -> Any:
        if not any(room in frame.f_code.co_filename for room in ROOMS):
            return None
        if event == "line":
            self.count += 1
            if self.count == self._ends_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.trace


def _in_a_process(do: Callable[[], None], ends_at: int) -> tuple[int, int]:
    """Return what a process ended with, and how many lines it came to."""
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        counter = _Counter(ends_at)
        code = 1
        try:
            threading.settrace(counter.trace)
            sys.settrace(counter.trace)
            do()
            code = 0
        except BaseException:  # noqa: BLE001 - told by what it ends with
            sys.settrace(None)
            sys.excepthook(*sys.exc_info())
        finally:
            sys.settrace(None)
            os.write(theirs, str(counter.count).encode())
            os._exit(code)
    os.close(theirs)
    _, status = os.waitpid(process, 0)
    with os.fdopen(ours) as read:
        counted = read.read()
    return os.waitstatus_to_exitcode(status), int(counted or 0)


def count_lines(do: Callable[[], None]) -> int:
    """Return how many lines there are to be killed at."""
    code, lines = _in_a_process(do, 0)
    assert code == 0
    return lines


def kill_at_line(line: int, do: Callable[[], None]) -> bool:
    """Kill whatever does it at a line; tell whether it came so far."""
    code, _ = _in_a_process(do, line)
    assert code in {0, -signal.SIGKILL}
    return code != 0
