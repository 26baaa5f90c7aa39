"""Keys of cases that changed hands without a colleague at a desk.

Only someone who can open a case can wrap its key to others. The bot cannot: so a case that returns
to the queue by itself, as a claim that lapses or at the end of a shift, or that is released in the
Telegram group, would stay closed to the colleagues who come next. The first caseworker who can open
it and whose browser asks for anything wraps its key to those who may open it now.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.store.faults import ignore_store_errors
from bot.vault.keys.keyring import STAFF_PREFIX

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest

MAX_ROUNDS = 3
"""How often a key is wrapped if the case changes hands meanwhile."""
NEVER = -1


async def wrap_keys_of_moved_cases(request: DeskRequest) -> None:
    """Wrap the keys of cases that changed hands since this session last asked for anything.

    The first time, also of those the caseworker held: they may have moved while no desk ran.
    """
    session, moved = request.current_session, request.context.moved_cases
    known, session.moved_cases_known = session.moved_cases_known, moved.count
    if known == moved.count or not session.wrapped_key:
        return
    keyring = request.keyring()
    if keyring is None:
        return
    wraps, now = request.context.vault.cases.wraps, request.now
    found = moved.since(known)
    with ignore_store_errors():
        if known == NEVER:
            own = f"{STAFF_PREFIX}{session.who}"
            found += await request.read(lambda _work: wraps.held_by(own))
        for case in dict.fromkeys(found):
            wrap = partial(wraps.rewrap, case=case, keyring=keyring, now=now)
            is_right = partial(wraps.is_wrapped_rightly, case=case)
            for _round in range(MAX_ROUNDS):
                count = moved.count
                if await request.read(is_right):
                    moved.settle(case, count)
                    break
                if not await request.read(wrap):
                    break  # this key does not open it
