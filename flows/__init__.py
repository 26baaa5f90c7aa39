"""Every conversation the bot can hold. Each module is one flow, read from top to bottom.

Why Python and not a table of texts: a flow can be read aloud, checked by a type checker and
drawn; wording is changed in `locales/`, paths are reviewed in `tests/transcripts/`.
"""

from flows.afterwards import Afterwards
from flows.again import Again
from flows.ask_for_help import AskForHelp
from flows.danger import Danger
from flows.help import Help
from flows.language import Language
from flows.notice_changed import NoticeChanged
from flows.privacy import Privacy
from flows.report import Report
from flows.resume import Resume
from flows.stop import Stop
from flows.talk import Talk
from flows.welcome import Welcome

ALL = (
    Welcome,
    Again,
    Resume,
    Report,
    AskForHelp,
    Talk,
    Afterwards,
    Danger,
    Help,
    Language,
    Privacy,
    NoticeChanged,
    Stop,
)
"""Every flow there is."""
