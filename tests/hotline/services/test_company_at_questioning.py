"""A trusted person during questioning: only after a yes, and never told on after a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.intake import PERSON
from bot.hotline.commands.types import Verb
from bot.hotline.referrals.model import ReferralPart
from bot.hotline.services.companion import without_refused
from bot.hotline.services.model import PlanAction, PlanEntry, ServiceState, build_plan
from bot.hotline.services.texts import NO_YES_YET
from bot.places.taiwan import TAIWAN
from flows.requests.ask_for_help import AskForHelp
from tests.hotline.referrals.test_referral_consent_dialog import in_talk
from tests.hotline.services.test_service_plan import ahead, plan_of, record
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver

BESIDE, NEED = "beside", "company_at_questioning"


def books(home: HotlineHarness, mei: CaseworkerDriver, case: str) -> list[str]:
    values = {"at": ahead(home, 3), "companion": "Ms Chen"}
    return refusals(mei.run_command(Verb.BOOK_APPOINTMENT, case, code=BESIDE, values=values))


def test_no_appointment_is_made_before_the_person_said_yes(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    assert books(hotline, mei, case) == [NO_YES_YET.source]
    record(mei, case, "offer.beside")
    assert books(hotline, mei, case) == [NO_YES_YET.source]
    mei.run_command(Verb.PHRASE, case, code="with_me")
    assert "sit beside you" in person.last
    person.presses("I want that")
    plan = plan_of(hotline, case)
    assert plan.state(BESIDE) is ServiceState.ACCEPTED
    assert plan.entries[-1].entry.by == PERSON
    assert books(hotline, mei, case) == []


def test_a_no_is_the_persons_own_entry_and_ends_it(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.PHRASE, case, code="with_me")
    person.presses("I do not want that")
    plan = plan_of(hotline, case)
    assert plan.state(BESIDE) is ServiceState.REFUSED
    assert plan.entries[-1].entry.by == PERSON
    assert books(hotline, mei, case) == [NO_YES_YET.source]


def test_what_was_refused_is_left_out_of_every_referral() -> None:
    assert NEED in AskForHelp.needs.choices
    asked = [(PlanEntry(action=PlanAction.ASK, service=BESIDE, by=PERSON), 0)]
    refused = [*asked, (PlanEntry(action=PlanAction.REFUSE, service=BESIDE, by=PERSON), 0)]
    parts = {
        "help.needs": ReferralPart("help.needs", (NEED, "medical")),
        "report.needs": ReferralPart("report.needs", (NEED,)),
        "contact": ReferralPart("contact", "0912"),
    }
    services = TAIWAN.services
    assert without_refused(parts, build_plan(asked), services) == parts  # negative control
    left = without_refused(parts, build_plan(refused), services)
    assert left == {
        "help.needs": ReferralPart("help.needs", ("medical",)), "contact": parts["contact"],
    }  # fmt: skip
