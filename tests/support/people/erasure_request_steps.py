"""Somebody who wants it erased, and what stands of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from bot.hotline.erasure.legal_holds import HoldReason, LegalHolds
from bot.hotline.erasure.requests import ErasureRequests
from bot.hotline.staff.staff import Staff
from bot.store.compiled import Prepared
from bot.store.tables.case_extras import wishes
from bot.vault import AuditLog
from bot.vault.erasure.retention import Retention
from tests.support.dispatch_inspection import send_report
from tests.support.harnesses.hotline_harness import VAULT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.erasure.requests import ErasureRequest
    from bot.store.writer import Work
    from tests.support.people.chat_person import ChatPerson

FORGET = Prepared(lambda _: delete(wishes))
WISHES = ErasureRequests(AuditLog(VAULT))
WORD = "mangga tua"
AT_ONCE = "All right. What you wrote and what you sent is erased now."
ANYTHING_SENT = "If something was sent: our people make sure within a day"


def work(home: HotlineHarness, do: Callable[[Work], object]) -> object:
    return home.database.writer.run_sync(do)


def sent(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    send_report(person)
    return person


def start_erasure_dialog(person: ChatPerson) -> list[str]:
    """Type the command; after a silence the hello may come first."""
    heard = person.says("/delete")
    if not any("Erase it" in label for label in person.labels()):
        person.presses("English")
        heard = person.says("/delete")
    return heard


def request_erasure(person: ChatPerson) -> list[str]:
    start_erasure_dialog(person)
    return person.presses("Erase it")


def cases(home: HotlineHarness) -> list[str]:
    return [case for (case,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")]


def erasure_request_of(home: HotlineHarness, case: str) -> ErasureRequest | None:
    return home.database.writer.run_sync(lambda work: ErasureRequests.of_case(work, case))


def run_erasure_job(home: HotlineHarness) -> int:
    """Do what the bot does every few seconds."""
    done: int = home.run(home.house.erasure_job.run_once(home.database, home.loop.now()))
    return done


def trust_clock(home: HotlineHarness) -> None:
    now = home.loop.now()
    work(home, lambda work: Retention.trust_clock(work, now))


def identified_by_passphrase(home: HotlineHarness) -> tuple[ChatPerson, str]:
    """Return somebody who chose a word, was away for an hour, and is known again by it."""
    person = sent(home)
    person.presses("Choose a secret word")
    person.says(WORD)
    person.presses("One word is enough")
    home.advance_time(3600)
    person.says("/start")
    person.presses("English", "I have written before")
    person.says(WORD)
    return person, cases(home)[0]


def add_legal_hold(home: HotlineHarness, case: str, span: int, *, is_agreed: bool = True) -> None:
    """Let somebody ask by law to keep a case, and a second person agree."""
    one, two = home.colleague("One"), home.colleague("Two")
    holds, now = LegalHolds(Staff(VAULT), AuditLog(VAULT)), home.loop.now()
    work(home, lambda work: holds.request(work, case, one.id, HoldReason.COURT, now + span, now))
    if is_agreed:
        work(home, lambda work: holds.approve(work, case, two.id, now))
