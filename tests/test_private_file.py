"""Files that root makes for the user of the service, and who may use a file with a secret."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import HavenError
from bot.private_file import give_as_its_folder, read_private_line

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


OWNER, NAMED_USER, OWNING_GROUP, NAMED_GROUP, BOUNDS, OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
UNNAMED = 0xFFFFFFFF


def credential(folder: Path, *, group: int = 0, named: tuple[int, int] | None = None) -> Path:
    """Make a file as systemd does: read by its owner, and by a user whom an access list names."""
    entries = [
        (OWNER, 4, UNNAMED),
        named and (named[0], 4, named[1]),
        (OWNING_GROUP, group, UNNAMED),
        (BOUNDS, 4, UNNAMED),
        (OTHERS, 0, UNNAMED),
    ]
    path = folder / "credential"
    path.write_text("secret\n")
    packed = b"".join(struct.pack("<HHI", *it) for it in sorted(filter(None, entries)))
    os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    assert path.stat().st_mode & 0o777 == 0o440
    return path


def test_a_credential_of_systemd_is_private_to_the_user_it_names(tmp_path: Path) -> None:
    """With a user of its own, no service that was set up had its host key or its token."""
    assert read_private_line(credential(tmp_path, named=(NAMED_USER, os.geteuid()))) == "secret"


@pytest.mark.parametrize(
    "opened",
    [
        {"named": (NAMED_USER, OTHER)},
        {"named": (NAMED_GROUP, OTHER)},
        {"named": (NAMED_USER, os.geteuid()), "group": 4},
    ],
)
def test_a_list_that_names_anyone_else_opens_the_file(
    tmp_path: Path, opened: dict[str, Any]
) -> None:
    with pytest.raises(HavenError, match="others can read"):
        read_private_line(credential(tmp_path, **opened))


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o402])
def test_without_a_list_the_bits_of_group_and_others_open_the_file(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "secret"
    path.write_text("secret\n")
    path.chmod(mode)
    with pytest.raises(HavenError, match="others can read"):
        read_private_line(path)
