"""Somebody who wants it erased, and what stands of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from bot.hotline.erasure.legal_holds import Holds, Reason
from bot.hotline.erasure.requests import Wishes
from bot.hotline.staff.staff import Staff
from bot.store.compiled import Prepared
from bot.store.tables.consents import wishes
from bot.vault import Audit
from bot.vault.erasure.retention import Retention
from tests.dispatch.peeking import tell
from tests.houses import VAULT, Home

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.erasure.requests import Wish
    from bot.store.writer import Work
    from tests.people import Person

FORGET = Prepared(lambda _: delete(wishes))
WISHES = Wishes(Audit(VAULT))
WORD = "mangga tua"
AT_ONCE = "All right. What you wrote and what you sent is erased now."
ANYTHING_SENT = "If something was sent: our people make sure within a day"


def work(home: Home, do: Callable[[Work], object]) -> object:
    return home.database.writer.run_now(do)


def sent(home: Home) -> Person:
    person = home.person()
    tell(person)
    person.presses("Send")
    return person


def asks(person: Person) -> list[str]:
    """Type the command; after a silence the hello may come first."""
    heard = person.says("/delete")
    if not any("Erase it" in label for label in person.labels()):
        person.presses("English", "Nobody can see")
        heard = person.says("/delete")
    return heard


def wants_it_gone(person: Person) -> list[str]:
    asks(person)
    return person.presses("Erase it")


def cases(home: Home) -> list[str]:
    return [case for (case,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")]


def wish(home: Home, case: str) -> Wish | None:
    return home.database.writer.run_now(lambda work: Wishes.of(work, case))


def carries_out(home: Home) -> int:
    """Do what the bot does every few seconds."""
    done: int = home.run(home.house.erasing.carry_out(home.database, home.loop.now()))
    return done


def believe(home: Home) -> None:
    now = home.loop.now()
    work(home, lambda work: Retention.believe(work, now))


def known_by_word(home: Home) -> tuple[Person, str]:
    """Return somebody who chose a word, was away for an hour, and is known again by it."""
    person = sent(home)
    person.presses("Choose a secret word")
    person.says(WORD)
    person.presses("One word is enough")
    home.passes(3600)
    person.says("/start")
    person.presses("English", "Nobody can see", "I have written before")
    person.says(WORD)
    return person, cases(home)[0]


def hold(home: Home, case: str, span: int, *, is_agreed: bool = True) -> None:
    """Let somebody ask by law to keep a case, and a second person agree."""
    one, two = home.colleague("One"), home.colleague("Two")
    holds, now = Holds(Staff(VAULT), Audit(VAULT)), home.loop.now()
    work(home, lambda work: holds.place(work, case, one.id, Reason.COURT, now + span, now))
    if is_agreed:
        work(home, lambda work: holds.agree(work, case, two.id, now))
