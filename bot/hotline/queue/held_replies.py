"""Cases whose person has not received a reply yet, because it waits for them.

The reply clock of such a case stands still: a caseworker has written, and the person decides when
to read it. A list that called the case answered would hide that they have read nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import literal, select

from bot.mailbox.letter import Author
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, cases, exchanges, outbox

if TYPE_CHECKING:
    from bot.store.writer import Work

_HELD = select(outbox.c.id).where(
    UNSENT, outbox.c.hold.is_not(None), outbox.c.author == literal(Author.CASEWORKER.value)
)
_WRITTEN = select(exchanges.c.case_id).where(exchanges.c.letter.in_(_HELD))
_REFERENCES = Prepared(lambda _: select(cases.c.reference).where(cases.c.id.in_(_WRITTEN)))
"""Read from the letters that wait, which are few, and not from the messages of a case."""


def held_replies(work: Work) -> frozenset[str]:
    """Return the references of all cases in which a caseworker's message waits for the person."""
    return frozenset(str(reference) for (reference,) in work.rows(_REFERENCES))
