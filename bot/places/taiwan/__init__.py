"""Taiwan."""

from __future__ import annotations

from bot.places.place import Place
from bot.places.taiwan.authorities import LAW as LAW
from bot.places.taiwan.deadlines import DEADLINE_RULES
from bot.places.taiwan.directory import NOT_SHOWN, SHOWN
from bot.places.taiwan.entitlements import ENTITLEMENTS
from bot.places.taiwan.facts import CHAPTERS
from bot.places.taiwan.forms import OFFICE_FORMS
from bot.places.taiwan.recipients import RECIPIENTS
from bot.places.taiwan.sentences import SENTENCES

TAIWAN = Place(
    name="taiwan",
    directory={**SHOWN, **NOT_SHOWN},
    numbers_by_situation={
        "danger": ("110", "112", "119"),
        "work": ("1955",),
        "home": ("113", "110", "119"),
        "young": ("113", "110", "119"),
        "sea": ("118", "110", "112"),
        "abroad": ("abroad_home", "abroad"),
        "despair": ("despair", "119", "113"),
        "papers": ("1990",),
        "other": ("110", "1955", "113"),
        "night": ("1955", "113"),
    },
    sentences=SENTENCES,
    chapters=CHAPTERS,
    law=LAW,
    recipients=RECIPIENTS,
    deadline_rules=DEADLINE_RULES,
    office_forms=OFFICE_FORMS,
    entitlements=ENTITLEMENTS,
)
