"""A package for a body abroad: exactly what was agreed and allowed, sealed to a confirmed key."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.case import referral_sheet as sheet_page
from bot.desks.web.exports.bodies_abroad import REPLIES
from bot.exports import sealed_package
from bot.exports.bodies_abroad import FingerprintReply
from bot.exports.open_package import PackageError, fingerprint, open_package
from bot.hotline.referrals import copies
from bot.vault.keys.hpke import KeyPair
from tests.desks.web.case.test_referral_page import SAFE, file, tick
from tests.desks.web.case.test_referral_sheet import recorded, referral_of, refused, sheet
from tests.support.pdf_text import document_text, squeezed
from tests.support.people.body_abroad import CODE, NAME, HarapanAbroad

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson


@dataclass
class Agreed:
    """A caseworker whose person agreed to tell a body abroad."""

    office: WebDeskHarness
    body: HarapanAbroad
    mei: WebCaseworker
    person: ChatPerson
    reference: str

    def seals(self, purpose: str = "protection") -> httpx.Response:
        path = f"/cases/{self.reference}/referrals/{referral_of(self.office)}/package"
        return self.mei.browser.post(path, {"code": purpose})

    def opened(self, package: bytes) -> dict[str, Any]:
        return open_package(package, self.body.key.private_bytes)

    def refusal(self, purpose: str = "protection") -> str:
        before = recorded(self.office)
        said = refused(self.mei, self.reference, self.seals(purpose))
        assert recorded(self.office) == before
        return said


@pytest.fixture
def agreed(web_desk: WebDeskHarness) -> Agreed:
    body, mei = HarapanAbroad(web_desk), web_desk.worker().comes()
    body.is_registered()
    hui = web_desk.worker("Hui", role=Role.SUPERVISOR).comes()
    body.is_confirmed_by(mei, hui)
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    mei.told(reference, "refer", code=CODE)
    person.presses("Show it to me")
    assert NAME in person.last
    tick(person)
    person.presses("You may tell them")
    return Agreed(web_desk, body, mei, person, reference)


def test_a_package_holds_the_agreed_parts_and_opens_with_the_bodys_key_alone(
    agreed: Agreed,
) -> None:
    made = agreed.seals()
    assert made.headers["content-type"] == "application/octet-stream", made.text[:300]
    content = agreed.opened(made.content)
    assert content["to"] == {"code": CODE, "name": NAME, "country": "ID"}
    assert content["rules"]["purpose"] == "protection"
    files = {it["name"]: base64.b64decode(it["base64"]) for it in content["files"]}
    parts = json.loads(files["parts.json"])
    assert [it["code"] for it in parts] == ["language", "talk.safe"]
    text = document_text(files["referral.pdf"])
    for words in (NAME, SAFE, "English", content["number"]):
        assert squeezed(words) in text, words
    for words in (agreed.reference, "Mei", str(agreed.person.id)):
        assert words not in str(content["rules"]) + str(parts), words
        assert squeezed(words) not in text, words
    for words in (SAFE, NAME, agreed.reference):
        assert words.encode() not in made.content
    with pytest.raises(PackageError):
        open_package(made.content, KeyPair.generate().private_bytes)


def test_what_left_is_recorded_with_its_hash_who_when_and_for_whom(agreed: Agreed) -> None:
    package = agreed.seals().content
    ((copy, digest, by),) = recorded(agreed.office)
    assert (bytes(digest), by) == (sha256(package).digest(), agreed.mei.id)  # type: ignore[call-overload]
    ((detail,),) = agreed.office.home.ask("SELECT detail FROM audit WHERE deed='referral_package'")
    assert detail == f"{CODE}:{referral_of(agreed.office)}:{copy}:{sha256(package).hexdigest()}"
    page = file(agreed.mei, agreed.reference)
    assert "Packages that left the desk" in page
    assert str(copy) in page


def test_no_sheet_without_a_seal_is_made_for_a_body_abroad(agreed: Agreed) -> None:
    page = file(agreed.mei, agreed.reference)
    assert "/sheet" not in page
    assert "Seal for Yayasan Harapan, Indonesia" in page
    said = refused(agreed.mei, agreed.reference, sheet(agreed.office, agreed.mei, agreed.reference))
    assert sheet_page.SEALED_ONLY.source in said
    assert recorded(agreed.office) == []


def test_each_rule_of_the_agreement_stops_a_package_with_its_reason(agreed: Agreed) -> None:
    body = agreed.body
    assert sealed_package.OTHER_PURPOSE.source in agreed.refusal("prosecution")
    assert sealed_package.OTHER_PURPOSE.source in agreed.refusal("anything")
    body.is_registered(until=date(2021, 1, 1))
    assert copies.NO_AGREEMENT.source in agreed.refusal()
    body.is_registered(parts=("contact",))
    assert sealed_package.NOTHING_ALLOWED.source in agreed.refusal()
    body.is_registered(consent_days=1)
    agreed.office.home.advance_time(2 * DAY / SECOND)
    agreed.mei.comes()
    assert sealed_package.CONSENT_TOO_OLD.source in agreed.refusal()


def test_a_part_that_the_agreement_stopped_allowing_is_left_out(agreed: Agreed) -> None:
    agreed.body.is_registered(parts=("language",))
    page = file(agreed.mei, agreed.reference)
    assert "Left out, because the agreement with them does not allow it: 1 parts." in page
    content = agreed.opened(agreed.seals().content)
    parts = json.loads(base64.b64decode(content["files"][1]["base64"]))
    assert [it["code"] for it in parts] == ["language"]


def test_the_person_is_asked_only_about_what_the_agreement_allows(agreed: Agreed) -> None:
    agreed.body.is_registered(parts=("language",))
    agreed.mei.told(agreed.reference, "refer", code=CODE)
    agreed.person.presses("Show it to me")
    assert "English" in agreed.person.last
    assert "Safe right now" not in agreed.person.last


def test_a_key_that_changed_is_refused_until_two_people_confirm_its_fingerprint(
    agreed: Agreed,
) -> None:
    old, agreed.body.key = agreed.body.key, KeyPair.generate()
    agreed.body.sends_key(agreed.body.key)
    assert sealed_package.KEY_UNCONFIRMED.source in agreed.refusal()
    right = fingerprint(agreed.body.key.public)
    said = agreed.body.reads_to(agreed.mei, fingerprint(old.public))
    assert REPLIES[FingerprintReply.DIFFERS].source in said
    assert right not in said
    for typed, reply in ((right.upper(), "NOTED"), (right.replace(" ", "-"), "AGAIN")):
        said = agreed.body.reads_to(agreed.mei, typed)
        assert REPLIES[FingerprintReply[reply]].source in said
        assert sealed_package.KEY_UNCONFIRMED.source in agreed.refusal()
    jun = agreed.office.worker("Jun").comes()
    assert REPLIES[FingerprintReply.CONFIRMED].source in agreed.body.reads_to(jun, right)
    package = agreed.seals().content
    assert agreed.opened(package)["to"]["code"] == CODE
    with pytest.raises(PackageError, match="another key"):
        open_package(package, old.private_bytes)


def test_a_body_that_was_changed_in_the_database_gets_nothing(agreed: Agreed) -> None:
    home = agreed.office.home
    (row,) = home.ask("SELECT parts, purposes, until, confirmed_by, name FROM bodies_abroad")
    columns = ("parts", "purposes", "until", "confirmed_by", "name")
    changed = ("report", "prosecution", 99999, "x", "Other")

    def set_to(column: str, value: object) -> None:
        home.ask(f"UPDATE bodies_abroad SET {column} = {value!r} RETURNING code")  # noqa: S608
        home.database.writer.run_sync(agreed.office.front.follow_fact_checks)

    for column, value, right in zip(columns, changed, row, strict=True):
        set_to(column, value)
        assert agreed.seals().status_code == 303, column
        assert file(agreed.mei, agreed.reference)
        set_to(column, right)
    assert agreed.seals().status_code == 200


def test_a_package_needs_a_second_factor_consent_and_the_case(agreed: Agreed) -> None:
    jun = agreed.office.worker("Jun").comes()
    path = f"/cases/{agreed.reference}/referrals/{referral_of(agreed.office)}/package"
    assert jun.browser.post(path, {"code": "protection"}).status_code == 404
    agreed.person.presses("I take it back")
    assert copies.TAKEN_BACK.source in agreed.refusal()
    agreed.office.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    assert "/step-up" in agreed.seals().headers["location"]


def test_consent_taken_back_while_the_pdf_is_made_stops_it(
    agreed: Agreed, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, office = agreed.office.front.typesetter.make_pdf, agreed.office
    referral, case = referral_of(office), office.case(agreed.reference)

    async def slow(document: object) -> bytes:
        made = await make(document)  # type: ignore[arg-type]
        await office.home.database.writer.run(
            lambda work: office.front.referrals.revoke(
                work, case, referral, agreed.mei.id, office.home.loop.now()
            )
        )
        return made

    monkeypatch.setattr(office.front.typesetter, "make_pdf", slow)
    assert copies.TAKEN_BACK.source in agreed.refusal()
