"""Audio sanitizing: recordings re-encoded as sound alone, in a separate, restricted process.

As with pictures, anyone can send a file made to attack the program that decodes it. So the bot
never decodes one; `audio_worker` does, and is killed after forty seconds. It needs the library
PyAV, which is installed with the extra `voice`; without it recordings can only be saved.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from bot.cases.evidence.confined_worker import ConfinedWorker
from bot.cases.evidence.file_type import detect_type

TIMEOUT_SECONDS = 40.0
WORKER = Path(__file__).with_name("audio_worker.py")
AUDIO_TYPES = frozenset({"ogg", "mp3", "audio", "video", "wav", "flac", "amr"})
"""Types in which a recording may come; of a film only the sound is played."""
CLEAN_TYPE, MEDIA_TYPE = "mp3", "audio/mpeg"


class AudioSanitizer:
    """Re-encodes recordings, one at a time."""

    def __init__(self, seconds: float = TIMEOUT_SECONDS, worker: Path = WORKER) -> None:
        self._worker = ConfinedWorker(worker, seconds)

    @property
    def is_available(self) -> bool:
        """Whether the library that decodes sound is installed."""
        return find_spec("av") is not None

    async def sanitize(self, data: bytes) -> bytes | None:
        """Return the recording as sound alone, in `MEDIA_TYPE`; None where that is not possible."""
        detected = detect_type(data)
        if detected not in AUDIO_TYPES or not self.is_available:
            return None
        clean = await self._worker.run(data, detected)
        return clean if clean and detect_type(clean) == CLEAN_TYPE else None
