"""All that is known of one case, read for whoever may: what its page is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.evidence.files import Evidence, notes_of
from bot.conversation import unpack
from bot.conversation.progress import Bookmark, bookmark
from bot.desks.web.auth.case_access import QUEUED, Sight, sight
from bot.desks.web.case.drafts import begun_in
from bot.desks.web.case.messages import Bubble, Bubbles, marks_of
from bot.dispatch.conversation_store import Conversations
from bot.errors import DoesNotOpen, NotYours
from bot.hotline.chat.messages import Exchanges
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.erasure.requests import Wish, Wishes
from bot.hotline.queue.snooze import NOTHING, Dates, Laters
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.cases.evidence.files import Item
    from bot.desks.web.context import Front
    from bot.desks.web.request import Visit
    from bot.dispatch.conversation_store import Conversation
    from bot.hotline.chat.takeover import Holding
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

_CHAT = Prepared(lambda _: select(cases.c.chat_key).where(cases.c.id == bindparam("case")), "case")


@dataclass(slots=True)
class Chat:
    """Where the conversation of a case stands."""

    is_held: bool = False
    holder: str = ""
    is_quiet: bool = False
    """Whether nobody knows who holds the phone now."""
    mark: Bookmark | None = None


@dataclass(slots=True)
class View:
    """One case."""

    sight: Sight
    names: Mapping[str, str]
    """What colleagues are called, by id."""
    colleagues: Sequence[Caseworker]
    """Those it can be passed on to."""
    is_sealed: bool = False
    """Whether the key of whoever looks does not open it."""
    bubbles: list[Bubble] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    chat: Chat = field(default_factory=Chat)
    is_frozen: bool = False
    wish: Wish | None = None
    dates: Dates = NOTHING
    """When it is looked at again."""
    begun: Mapping[str, str] = field(default_factory=dict)
    """What whoever looks had begun to write, by kind (`bot.desks.web.case.drafts`)."""

    @property
    def holder(self) -> str:
        """Return what colleagues call whoever answers for it; empty for nobody."""
        who = self.sight.glance.holder
        return self.names.get(who, who)

    @property
    def waits(self) -> bool:
        """Tell whether it waits for anybody."""
        return self.sight.glance.state in QUEUED

    @property
    def may_write(self) -> bool:
        """Tell whether whoever looks can write to the person now."""
        return self.sight.is_mine and self.chat.is_held and not self.is_frozen

    @property
    def is_readable(self) -> bool:
        """Tell whether what was written is shown."""
        return self.sight.may_read and not self.is_sealed


async def view(visit: Visit, reference: str) -> View:
    """Return a case, for whoever looks.

    Raises:
        NotThere: there is none, or it is not theirs.
    """
    keyring = visit.keyring()
    return await visit.front.reads.run(lambda work: _view(work, visit, reference, keyring))


def _view(work: Work, visit: Visit, reference: str, keyring: Keyring | None) -> View:
    front = visit.front
    seen = sight(work, visit, reference)
    staff = front.staff.all(work)
    found = View(
        seen, {each.id: each.name or each.id for each in staff},
        [each for each in staff if each.is_active and each.id != visit.by.id],
    )  # fmt: skip
    found.is_frozen = Recognition.is_frozen(work, seen.case)
    found.wish = Wishes.of(work, seen.case)
    found.dates = Laters.of(work, seen.case)
    found.chat = chat_of(work, front, seen.case, visit.now)
    if seen.may_read:
        try:
            _open(work, visit, found, keyring)
        except NotYours:
            found.is_sealed = True
    return found


def _open(work: Work, visit: Visit, found: View, keyring: Keyring | None) -> None:
    front, glance = visit.front, found.sight.glance
    opener = opener_of(work, front, glance.case, keyring)
    found.begun = begun_in(work, glance.case, keyring) if keyring is not None else {}
    written = Exchanges.of_case(work, glance.case, opener)
    found.items = Evidence(front.vault, front.files, keyring).items(work, glance.case)
    bubbles = Bubbles(
        visit.tongue, glance.language, front.phrasebook, found.names, found.items,
        _uniques(work, glance.case, opener), visit.by.id,
    )  # fmt: skip
    found.bubbles = bubbles.of(written, marks_of(work, written))


def opener_of(work: Work, front: Front, case: str, keyring: Keyring | None) -> Opener:
    """Return what opens in a case.

    Raises:
        NotYours: nothing on this keyring opens it.
    """
    keys = front.vault.cases
    return keys.opener(case, keys.sealed(work, case), keyring)


def _uniques(work: Work, case: str, opener: Opener) -> dict[str, int]:
    """Return the numbers of the case's files by the names their channel gives their bytes."""
    found: dict[str, int] = {}
    for number, (_name, note) in enumerate(notes_of(work, case, opener), 1):
        if note.unique:
            found.setdefault(note.unique, number)
    return found


def chat_of(work: Work, front: Front, case: str, now: int) -> Chat:
    """Return where the conversation of a case stands: questions by name, no answer of anybody."""
    rows = work.rows(_CHAT, case)
    try:
        found = Conversations(front.vault).look(work, bytes(rows[0][0])) if rows else None
    except DoesNotOpen:
        return Chat()
    held = _holding(found, case)
    if held is None:
        return Chat()
    sitting, holding, is_quiet = held
    position = unpack(sitting.position, front.book)
    mark = bookmark(front.book, position, front.known(now))
    return Chat(is_held=True, holder=holding.by, is_quiet=is_quiet, mark=mark)


def _holding(
    conversation: Conversation | None, case: str
) -> tuple[Conversation, Holding, bool] | None:
    is_quiet = False
    while conversation is not None:
        holding = conversation.holding
        if holding is not None and holding.case == case:
            return conversation, holding, is_quiet
        conversation, is_quiet = conversation.before, True
    return None
