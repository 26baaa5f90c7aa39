"""The scenes of the training, as partners may read them with their own teams."""

from __future__ import annotations

from functools import cache

from bot.desks.partner_room.context import PracticeScene
from bot.training.scenarios import SCENARIOS, load_scenarios


@cache
def shared_scenes() -> tuple[PracticeScene, ...]:
    """Return every scene, in the order of the training."""
    return tuple(
        PracticeScene(
            it.title, it.name, it.about, it.language,
            (SCENARIOS / f"{it.title}.chat").read_text(encoding="utf-8"),
        )
        for it in load_scenarios()
    )  # fmt: skip
