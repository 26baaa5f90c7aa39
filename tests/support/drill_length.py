"""Length of tests that go on as long as one likes: short in the suite, full in `./run fire states`.

The suite draws new examples every time, so that many short runs see what one long run sees.
"""

from __future__ import annotations

import os

FULL_LENGTH = "HAVEN_FULL_LENGTH"
"""Set in the environment by `./run fire states`."""


def drill_length(short: int, full: int) -> int:
    """Return how many examples, steps or people a test takes."""
    return full if FULL_LENGTH in os.environ else short
