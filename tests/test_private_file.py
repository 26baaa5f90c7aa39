"""Files that root makes for the user of the service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.private_file import give_as_its_folder

if TYPE_CHECKING:
    from pathlib import Path

OTHER = 54321


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_makes_in_a_folder_of_the_service_belongs_to_the_service(tmp_path: Path) -> None:
    """A backup of keys that only root read could be neither copied nor removed by the service."""
    os.chown(tmp_path, OTHER, OTHER)
    made = tmp_path / "archive"
    made.touch(0o600)
    assert made.stat().st_uid == 0
    give_as_its_folder(made)
    assert (made.stat().st_uid, made.stat().st_gid) == (OTHER, OTHER)
