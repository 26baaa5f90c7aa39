"""Files that people and the bot sent, and the paths to download them for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.wire import bad_request

if TYPE_CHECKING:
    from bot.clock import ShiftedClock

MAX_DOWNLOAD_BYTES = 20 << 20
PATH_VALID_SECONDS = 60 * 60

FOLDERS = {"photo": ("photos", ".jpg"), "voice": ("voice", ".oga"), "video": ("videos", ".mp4")}


@dataclass(slots=True)
class SandboxFile:
    """One file. Without data, its claimed size is read as zeros."""

    file_id: str
    unique_id: str
    kind: str
    data: bytes
    size: int
    name: str
    mime: str
    path_issued_at: int = 0
    """When its path was last requested, seconds."""
    is_gone: bool = False
    """Whether every download answers 404."""
    stalls: bool = False
    """Whether a download stops for ever shortly before its end."""

    @property
    def path(self) -> str:
        """The path under `/file/bot<token>/`."""
        folder, ending = FOLDERS.get(self.kind, ("documents", ""))
        return f"{folder}/{self.unique_id}{ending}"


class SandboxFiles:
    """Every file of the sandbox, by id and by path."""

    def __init__(self, clock: ShiftedClock) -> None:
        self._clock = clock
        self._by_id: dict[str, SandboxFile] = {}
        self._by_path: dict[str, SandboxFile] = {}

    def store(
        self, kind: str, data: bytes, *, size: int | None = None, name: str = "", mime: str = ""
    ) -> SandboxFile:
        """Store a file and return it; `size` is the claimed size."""
        number = len(self._by_id) + 1
        unique = f"AQAD{number:08x}"
        claimed = len(data) if size is None else size
        file_id = f"AgACAgUAAxkB{kind}{number:08x}"
        stored = SandboxFile(file_id, unique, kind, data, claimed, name, mime)
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> SandboxFile | None:
        """Return a file by its id."""
        return self._by_id.get(file_id)

    def file_info(self, file_id: str) -> dict[str, Any]:
        """Answer `getFile` with a path that is valid for an hour."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.size > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        stored.path_issued_at = self._clock.seconds()
        answer: dict[str, Any] = {"file_id": file_id, "file_unique_id": stored.unique_id}
        if stored.size:
            answer["file_size"] = stored.size
        return {**answer, "file_path": stored.path}

    def fetch(self, path: str) -> SandboxFile | None:
        """Return the file at a path; None if there is none or its hour has passed."""
        stored = self._by_path.get(path)
        if stored is None or stored.is_gone or not stored.path_issued_at:
            return None
        age = self._clock.seconds() - stored.path_issued_at
        return stored if age <= PATH_VALID_SECONDS else None
