"""What a start used and freed does not stay with the process."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from bot.app import run
from tests.support.paths import ROOT

FREED = 40_000_000
"""Bytes of 20,000 blocks, of which only the last stays: the heap cannot shrink by itself."""
_CODE = """
import re
from pathlib import Path
from bot.app.run import release_memory

def resident():
    kilobytes = re.search(r"^VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text(), re.M)
    return int(kilobytes[1]) * 1024

blocks = [bytes(2_000) for _ in range(20_000)]
last = blocks[-1]
blocks.clear()
before = resident()
release_memory()
print(before - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_freed_memory_goes_back_to_the_system() -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _CODE], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(done.stdout) > FREED / 2


def test_a_c_library_that_cannot_give_it_back_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.ctypes, "CDLL", lambda _name: object())
    run.release_memory()
