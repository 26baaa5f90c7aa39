"""The file of settings, in which `haven setup` writes them, and the names that it may hold."""

from __future__ import annotations

import grp
import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

from bot.errors import SettingError
from bot.private_file import user_name
from bot.settings.hints import PREFIX, SETTING_HINTS, setting_name

if TYPE_CHECKING:
    from collections.abc import Iterable

ENV_FILE = Path("/etc/haven/haven.env")
"""The file of settings that every command reads, unless HAVEN_ENV_FILE names another."""
OTHER_NAMES = frozenset({"HAVEN_ENV_FILE", "HAVEN_PYTHON", "HAVEN_FULL_LENGTH", "HAVEN_BENCH_KEYS"})
"""Variables that are no settings: of this file, of `run`, of drills and benchmarks."""


def env_file_path() -> Path | None:
    """Return the file of settings; None if there is none, or HAVEN_ENV_FILE is empty."""
    named = os.environ.get("HAVEN_ENV_FILE")
    if named is not None:
        return Path(named) if named else None
    try:
        return ENV_FILE if ENV_FILE.exists() else None
    except OSError:  # its folder is closed to this user
        return ENV_FILE


def read_env_file(path: Path | None) -> dict[str, str]:
    """Return the settings of a file by variable; empty for no file.

    Raises:
        SettingError: the file cannot be read, or a line is no setting.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except PermissionError:
        raise SettingError(_closed(path)) from None
    except (OSError, ValueError):
        raise SettingError(
            f"{path} cannot be read; haven setup writes it, HAVEN_ENV_FILE names another"
        ) from None
    found = {}
    for line in lines:
        if line.error or (line.key is not None and line.value is None):
            text = line.original.string
            number = line.original.line + len(text) - len(text.lstrip("\n"))
            raise SettingError(f'{path}, line {number}: write it as HAVEN_NAME="value"')
        if line.key is not None and line.value is not None:
            found[line.key] = line.value
    refuse_unknown(found, f" in {path}", prefix="")
    return found


def refuse_unknown(names: Iterable[str], where: str = "", prefix: str = PREFIX) -> None:
    """Raise SettingError for variables that begin with a prefix and are no settings.

    The text names the setting that was probably meant.
    """
    known = {setting_name(field) for field in SETTING_HINTS} | OTHER_NAMES
    unknown = sorted({it.upper() for it in names if it.upper().startswith(prefix)} - known)
    faults = []
    for name in unknown:
        meant = get_close_matches(name, known - OTHER_NAMES, n=1, cutoff=0.5)
        hint = f"did you mean {meant[0]}?" if meant else "remove it"
        faults.append(f"{name}{where} is no setting of Haven: {hint}")
    if faults:
        raise SettingError("\n".join(faults))


def _closed(path: Path) -> str:
    """Return the error for a file that this user cannot read, as whom root may have run this."""
    try:
        group = grp.getgrgid(os.getegid()).gr_name
    except KeyError:
        group = str(os.getegid())
    return (
        f"{path} cannot be read by the user {user_name()}: run this as root (sudo); if root did, "
        f"chgrp {group} {path} and chmod 0640 {path}"
    )
