"""Image sanitizing: pictures re-encoded as pixels alone, in a separate, restricted process.

Anyone can send a picture made to attack the program that decodes it. So the bot never decodes one;
`image_worker` does, and is killed after ten seconds. A file that is not a JPEG, PNG or WebP, has
more than 40 million pixels, is cut off, or is also a file of another type has no clean version.
"""

from __future__ import annotations

from pathlib import Path

from bot.cases.evidence.confined_worker import ConfinedWorker
from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type

TIMEOUT_SECONDS = 10.0
WORKER = Path(__file__).with_name("image_worker.py")


class ImageSanitizer:
    """Re-encodes pictures, one at a time so that many of them cannot exhaust the memory."""

    def __init__(self, seconds: float = TIMEOUT_SECONDS, worker: Path = WORKER) -> None:
        self._worker = ConfinedWorker(worker, seconds)

    async def sanitize(self, data: bytes) -> bytes | None:
        """Return the picture as pixels alone; None where that is not possible."""
        detected = detect_type(data)
        if detected not in IMAGE_TYPES:
            return None
        clean = await self._worker.run(data)
        return clean if clean and detect_type(clean) == detected else None
