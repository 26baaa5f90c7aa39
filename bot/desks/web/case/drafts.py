"""Words a caseworker has begun and not sent, kept while their session ends.

Why here and not in their browser: what a browser keeps lies in clear on a machine others may use,
goes with a tab, and stays when somebody signs out in a hurry. Here it is sealed to the caseworker's
own key, which only their session unlocks: neither the desk nor a colleague opens it, and it goes
with the case.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.clock import DAY
from bot.desks.web.auth.case_access import sight
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields
from bot.errors import DoesNotOpen
from bot.hotline.commands.handlers import LONGEST
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.case_extras import desk_drafts

if TYPE_CHECKING:
    from bot.desks.web.auth.case_access import Sight
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

SAY, NOTE = "say", "note"
KINDS = (SAY, NOTE)
KEPT = 7 * DAY

_PUT = Prepared(
    lambda dialect: (
        new := insert_of(dialect, desk_drafts).values(
            case_id=bindparam("case"), staff_id=bindparam("who"), kind=bindparam("kind"),
            sealed=bindparam("sealed"), at=bindparam("at"),
        )
    ).on_conflict_do_update(
        index_elements=["case_id", "staff_id", "kind"],
        set_={"sealed": new.excluded.sealed, "at": new.excluded.at},
    ),
    "case",
    "who",
    "kind",
    "sealed",
    "at",
)  # fmt: skip
_OF = Prepared(
    lambda _: select(desk_drafts.c.kind, desk_drafts.c.sealed).where(
        desk_drafts.c.case_id == bindparam("case"), desk_drafts.c.staff_id == bindparam("who")
    ),
    "case",
    "who",
)
_DROP = Prepared(
    lambda _: delete(desk_drafts).where(
        desk_drafts.c.case_id == bindparam("case"),
        desk_drafts.c.staff_id == bindparam("who"),
        desk_drafts.c.kind == bindparam("of_kind"),
    ),
    "case",
    "who",
    "of_kind",
)
_FORGET = Prepared(
    lambda _: delete(desk_drafts).where(desk_drafts.c.at < bindparam("before")), "before"
)


def begun_in(work: Work, case: str, keyring: Keyring) -> dict[str, str]:
    """Return what whoever looks had begun in a case, by kind; what does not open is not there."""
    found = {}
    for kind, sealed in work.rows(_OF, case, keyring.who):
        try:
            found[str(kind)] = keyring.open_own(_place(case, kind), bytes(sealed)).decode()
        except DoesNotOpen:  # sealed to a key they had before
            continue
    return found


def drop(work: Work, case: str, who: str, kind: str) -> None:
    """Forget words that were sent."""
    work.run(_DROP, case, who, kind)


def forget(work: Work, now: int) -> None:
    """Forget what was begun long ago."""
    work.run(_FORGET, now - KEPT)


async def keep(visit: Visit) -> Response:
    """Keep what somebody has begun; nothing in place of it once the field is empty."""
    kind, words, keyring = visit.param("kind"), visit.form.get("words", ""), visit.keyring()
    if kind not in KINDS or keyring is None:
        raise NotThere(kind)
    if len(words) > LONGEST:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    seen = await visit.front.reads.run(lambda work: _theirs(work, visit))
    await put(visit, seen.case, kind, words, keyring)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def put(visit: Visit, case: str, kind: str, words: str, keyring: Keyring) -> None:
    """Put words in the place of those that were kept, if any.

    Raises:
        NotThere: the case was erased meanwhile.
    """
    who, now = visit.by.id, visit.now
    sealed = keyring.seal_own(_place(case, kind), words.encode()) if words.strip() else b""

    def keep_them(work: Work) -> None:
        _theirs(work, visit)  # it may have been erased since
        if sealed:
            work.run(_PUT, case, who, kind, sealed, now)
        else:
            drop(work, case, who, kind)

    await visit.front.database.writer.run(keep_them)


def _theirs(work: Work, visit: Visit) -> Sight:
    seen = sight(work, visit, visit.param("reference"))
    if not seen.may_read:
        raise NotThere("not theirs")
    return seen


def _place(case: str, kind: str) -> bytes:
    return f"{case}/begun/{kind}".encode()


DOORS = (Door("/cases/{reference}/begun/{kind}", keep, May.CHANGE, "POST", fields("words")),)
