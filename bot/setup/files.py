"""Files that setup writes: where, how they differ from what is there, all of them or none."""

from __future__ import annotations

import contextlib
import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.settings.missing import CREDENTIAL_FOLDER

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

ETC = Path("/etc/haven")
UNITS = Path("/etc/systemd/system")
FOLDER_MODES = {CREDENTIAL_FOLDER: 0o700}
"""Modes of new folders; others get `FOLDER_MODE`."""
FOLDER_MODE = 0o755
HIDDEN = "(not shown)"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file as it should be."""

    path: Path
    """Where it is on the machine for which it is meant."""
    content: bytes
    mode: int = 0o644
    is_secret: bool = False
    """Whether nothing of it is ever shown."""
    hides: re.Pattern[str] | None = None
    """What a difference does not show: the group stays, the rest is left out."""

    def difference(self, old: bytes) -> str:
        """Return how the content differs from an old one, without secrets."""
        before, now = self._shown(old), self._shown(self.content)
        if self.is_secret or before == now:
            return f"changed: {self.path} {HIDDEN}\n"
        name = str(self.path)
        return "".join(difflib.unified_diff(before, now, name, name, n=0))

    def _shown(self, content: bytes) -> list[str]:
        text = content.decode(errors="replace")
        if self.hides is not None:
            text = self.hides.sub(rf"\1{HIDDEN}", text)
        return text.splitlines(keepends=True)


@dataclass(frozen=True, slots=True)
class Target:
    """The machine, or a folder that becomes the root of one."""

    root: Path = Path("/")

    @property
    def is_this_machine(self) -> bool:
        """Whether what is written holds here."""
        return self.root == Path("/")

    def at(self, path: Path) -> Path:
        """Return where a path of that machine is found from here; HavenError for a relative one."""
        if not path.is_absolute():
            raise HavenError(f"the folder {path} has to begin with /")
        return self.root / path.relative_to("/")

    def changed(self, files: Iterable[PlannedFile]) -> list[PlannedFile]:
        """Return the files that are missing or have another content."""
        return [it for it in files if self._current(it) != it.content]

    def _current(self, file: PlannedFile) -> bytes | None:
        try:
            return self.at(file.path).read_bytes()
        except OSError:
            return None

    def differences(self, files: Iterable[PlannedFile]) -> Iterator[str]:
        """Yield a text for every changed file, without secrets."""
        for it in self.changed(files):
            old = self._current(it)
            yield f"new: {it.path}\n" if old is None else it.difference(old)

    def write(self, files: Sequence[PlannedFile]) -> None:
        """Write files under other names first, and rename them once all are there.

        Raises:
            HavenError: one of them cannot be written; none has changed then.
        """
        ready: list[tuple[Path, Path]] = []
        try:
            for it in files:
                path = self.at(it.path)
                self._make_folder(it.path.parent)
                new = path.with_name(f".{path.name}.new")
                ready.append((new, path))
                _write_new(new, it.content, it.mode)
            for new, path in ready:
                new.replace(path)
        except OSError as error:
            raise HavenError(
                f"{error.filename} cannot be written ({error.strerror}); nothing was changed. Run "
                "haven setup as root (sudo), or name a folder of yours with --root"
            ) from None
        finally:
            for new, _path in ready:
                with contextlib.suppress(OSError):
                    new.unlink(missing_ok=True)

    def make_private_folder(self, folder: Path) -> None:
        """Make a folder for its owner alone, in folders that others may enter.

        Raises:
            HavenError: it cannot be made.
        """
        path = self.at(folder)
        if path.exists():
            return
        try:
            self._make_folder(folder.parent)
            path.mkdir(mode=0o700)
        except OSError as error:
            raise HavenError(f"{path} cannot be made ({error.strerror})") from None

    def _make_folder(self, folder: Path) -> None:
        path = self.at(folder)
        if not path.exists():
            if folder != folder.parent:
                self._make_folder(folder.parent)
            path.mkdir()
            path.chmod(FOLDER_MODES.get(folder, FOLDER_MODE))


MACHINE = Target()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
