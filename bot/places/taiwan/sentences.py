"""Taiwan: whole messages that contain a number or the name of the country.

No sentence is built from parts, so that each language can phrase it freely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.places.directory import SourceQuality
from bot.places.place import PlaceSentence
from bot.places.taiwan.directory import SOURCED
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping


def _sentence(text: Text, source: str, without: Text | None = None) -> PlaceSentence:
    quality = SourceQuality.READ
    return PlaceSentence(text=text, fallback=without, source=source, quality=quality, **SOURCED)


SENTENCES: Mapping[str, PlaceSentence] = {
    "rehearsal_line": _sentence(
        # Translators: safety sentence.
        _(
            "This is a rehearsal, to try things out. Nobody reads or answers here. Please write "
            "nothing that is real. If you are in danger now: in Taiwan call 110."
        ),
        "english.taichung.gov.tw/1139972",
    ),
    "language_line": _sentence(
        # Translators: safety sentence [a]. "Call" is to phone. Leave the digits as they are.
        # No SIM card is not "no credit".
        _(
            "Choose your language.\n"
            "If you are in danger now: in Taiwan call 110. "
            "If your phone has no SIM card, call 112 and press 0 when a voice answers."
        ),
        "english.taichung.gov.tw/1139972; excusemetaiwan.com/emergencycall",
    ),
    "danger_line": _sentence(
        # Translators: safety sentence. A list of phone numbers follows. It is safe to call, not to
        # be where you are. Short, so that the question below is seen as well.
        _("If you can call safely, call now. In Taiwan, day and night:"),
        "english.taichung.gov.tw/1139972; tfdp.com.tw 1564",
    ),
    "silent_line": _sentence(
        # Translators: safety sentence. 119 is the fire brigade and the ambulance in Taiwan. A
        # caller who cannot speak presses 1 (rescue) again and again.
        _("If you cannot speak: in Taiwan call 119 and press 1 again and again."),
        "tfdp.com.tw 1564; taipeitimes 2021-04-26",
    ),
    "no_sim_line": _sentence(
        # Translators: safety sentence. "Call" is to phone. No SIM card is not "no credit".
        _("If your phone has no SIM card: in Taiwan call 112 and press 0 when a voice answers."),
        "excusemetaiwan.com/emergencycall",
    ),
    "ambulance_line": _sentence(
        # Translators: safety sentence. 119 is the ambulance in Taiwan.
        _("If it cannot wait, call an ambulance. In Taiwan the number is 119, day and night."),
        "tfdp.com.tw 1564; taipeitimes 2021-04-26",
    ),
    "young_line": _sentence(
        # Translators: safety sentence. In Taiwan 113 is a line of social workers. It is not the
        # police there.
        _(
            "There is also a phone line, for people under 18 as well. In Taiwan call 113, free, "
            "day and night. Social workers answer. It is not the police line."
        ),
        "worldvision.org.tw 113; taiwannews 3984218; taidaily.com 434865",
        # Translators: said while the number of a phone line for them was not checked lately.
        without=_(
            "There are also people who look after those under 18. A person here can tell you more."
        ),
    ),
}
