"""What tests of the installation share."""

from __future__ import annotations

import pytest

from bot.setup import credentials


@pytest.fixture(autouse=True)
def _program_is_read_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no folder of the program: this checkout may lie where root alone reads."""
    monkeypatch.setattr(credentials, "PROGRAM_FOLDERS", ())
