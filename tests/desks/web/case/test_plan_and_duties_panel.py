"""The plan and the duties to report in the file of a case, by keyboard-sized forms."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import Role
from bot.clock import HOUR
from bot.desks.web.form_nonces import new_nonce
from tests.desks.web.case.test_law_panel import claimed, file_of, part
from tests.support.harnesses.web_desk_harness import ORIGIN
from tests.support.hostile_images import MARK, image_with_metadata

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

SENT = {"value.to": "Taoyuan police", "value.way": "phone", "value.number": "1151128-77"}


def plan_of(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/plan/pane").text


def test_a_plan_says_what_was_used_and_what_is_arranged(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = claimed(web_desk, mei)
    assert "Nothing was asked for or offered yet" in part(plan_of(mei, reference), "services")
    offer = {"code": "offer.counsellor", "value.provider": "Garden of Hope"}
    assert not mei.does(reference, "service", **offer).json()["refused"]
    assert not mei.does(reference, "service", code="accept.counsellor").json()["refused"]
    gave = {"code": "give.counsellor", "value.kind": "talks", "value.amount": "1,800",
            "value.day": "yesterday"}  # fmt: skip
    assert not mei.does(reference, "service", **gave).json()["refused"]
    shown = part(plan_of(mei, reference), "services")
    assert "1 of 10 sessions, NT$1,800 of NT$20,000" in shown
    assert "Garden of Hope" in shown
    told = mei.does(reference, "service", **{**gave, "value.units": "20"}).json()
    assert told["refused"]
    assert "9 x NT$2,000" in told["told"]
    for code in ("offer.beside", "accept.beside"):  # without her yes no one sits with her
        assert not mei.does(reference, "service", code=code).json()["refused"]
    booked = {"code": "beside", "value.at": "tomorrow 14:00", "value.place": "Court, room 4"}
    assert not mei.does(reference, "appointment", **booked).json()["refused"]
    assert mei.does(reference, "appointment", **{**booked, "value.at": "soon"}).json()["refused"]
    shown = part(plan_of(mei, reference), "appointments")
    assert "14:00 not shown to the person" in shown
    assert "Court, room 4" in shown
    assert "Follow-up on" in mei.browser.get(f"/cases/{reference}/panes/head").text
    assert jun.does(reference, "service", code="offer.doctor").status_code in {403, 404}
    for path in ("print", "transcript"):
        exported = mei.browser.get(f"/cases/{reference}/{path}").text
        assert "Court, room 4" in exported, path
        assert "1 of 10 sessions" in exported, path
    for secret in ("Garden of Hope", "Court, room 4"):
        assert secret not in str(web_desk.home.ask("SELECT sealed, words FROM plan_entries"))


def test_the_page_of_a_plan_is_audited_and_its_forms_come_back_to_it(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = claimed(web_desk, mei)
    page, case = f"/cases/{reference}/plan", web_desk.case(reference)
    read = f"SELECT count(*) FROM audit WHERE deed = 'read' AND subject = '{case}'"  # noqa: S608 - ours
    assert web_desk.home.ask(read) == [(0,)]
    assert "Add a service" in mei.browser.get(page).text
    assert web_desk.home.ask(read) == [(1,)]
    assert page in file_of(mei, reference)  # a link, where no script loads it
    assert 'id="services"' not in file_of(mei, reference)
    booked = {"code": "doctor", "value.at": "tomorrow 10:00"}
    for verb, fields, said in (
        ("service", {"code": "ask.doctor"}, "asked for"),
        ("service", {"code": "give.doctor"}, "refused"),
        ("appointment", booked, "10:00"),
        ("appointment", {**booked, "value.at": "soon"}, "refused"),
    ):
        went = mei.browser.post(f"/cases/{reference}/do/{verb}", fields)
        web_desk.settles()
        assert went.headers["location"].endswith(page), (verb, said)
        shown = mei.browser.get(page).text
        assert ("toast refused" in shown) == (said == "refused"), (verb, said)
    assert "asked for" in part(shown, "services")
    assert "10:00" in part(shown, "appointments")
    assert jun.browser.get(page).status_code == 404
    assert jun.browser.get(f"{page}/pane").status_code == 404


def test_a_duty_stands_in_every_place_until_it_is_reported(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.worker("Hua", role=Role.SUPERVISOR).comes()
    reference = claimed(web_desk, mei)
    assert "not decided" in part(file_of(mei, reference), "duties")
    mei.does(reference, "duty", code="child", words="A girl of 15 works there too.")
    web_desk.home.database.writer.run_sync(
        lambda work: web_desk.home.house.staff.check_due(work, web_desk.home.loop.now())
    )
    line = "report on someone under 18 due in 2"
    shown = part(file_of(mei, reference), "duties")
    assert line in shown
    assert "Article 53, paragraph 1" in shown
    assert "the city or county, when someone under 18 is being harmed" in shown
    assert "Strike out" not in part(file_of(mei, reference), "deadlines")
    for path in (f"/cases/{reference}/panes/head", "/queue/mine"):
        assert line in mei.browser.get(path).text, path
    assert line in hua.browser.get("/team").text
    web_desk.home.advance_time(30 * HOUR / 1_000_000)
    mei.comes()
    assert "report on someone under 18 overdue for 6 h" in file_of(mei, reference)
    assert mei.does(reference, "duty_told", code="child", **{"value.to": "x"}).json()["refused"]
    assert not mei.does(reference, "duty_told", code="child", **SENT).json()["refused"]
    shown = part(file_of(mei, reference), "duties")
    assert "reported" in shown
    assert "1151128-77" in shown
    assert "under 18" not in mei.browser.get(f"/cases/{reference}/panes/head").text


def test_a_report_carries_its_proof_sealed_in_custody_and_erased(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = claimed(web_desk, mei)
    receipt, fax = image_with_metadata(), b"%PDF-1.7 sent to the county at 23:30"

    def report(data: bytes, **fields: str) -> dict[str, Any]:
        browser = mei.browser
        given = {"csrf": browser.csrf(), "nonce": new_nonce(), "code": "child", **fields}
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "x-haven": "1"}
        answer = browser.asks(
            "POST", f"/cases/{reference}/duty-report", data=given, files={"file": ("a.jpg", data)},
            headers=headers,
        )  # fmt: skip
        web_desk.settles()
        return answer.json()  # type: ignore[no-any-return]

    mei.does(reference, "duty", code="child")
    taken = {"value.to": "113", "value.way": "phone", "value.at": "yesterday 23:30"}
    assert "or attach what proves it" in report(b"", **taken)["told"]
    assert "A proof is a picture" in report(b"MZ\x90 a program", **taken)["told"]
    assert not report(receipt, **taken)["refused"]
    shown = part(file_of(mei, reference), "duties")
    assert "23:30" in shown
    assert "SHA-256 " + sha256(receipt).hexdigest() in shown
    # What comes later is added, and no second report is made.
    assert not report(fax, words="The fax went through.")["refused"]
    page = mei.browser.get(f"/cases/{reference}").text
    assert "proof added" in page
    jpeg, pdf = dict.fromkeys(re.findall(rf"/cases/{reference}/proof/[0-9a-f]{{32}}", page))

    picture = mei.browser.get(f"{jpeg}/picture")
    assert picture.headers["content-type"] == "image/jpeg"
    assert MARK.encode() in receipt
    assert MARK.encode() not in picture.content
    assert mei.browser.get(f"{pdf}/picture").status_code == 404
    assert mei.browser.get(f"{pdf}/original").content == fax
    assert jun.browser.get(f"{pdf}/original").status_code == 404
    assert mei.browser.get(pdf.replace("/proof/", "/sent/") + "/original").status_code == 404
    written = mei.browser.get(f"/cases/{reference}/transcript").text
    assert sha256(fax).hexdigest() in written
    done = re.findall(r"(saved the original of|opened|received) a file", written)
    assert sorted(done) == ["opened", "received", "received", "saved the original of"]
    home = web_desk.home
    assert all(fax not in bytes(it) for (it,) in home.ask("SELECT sealed FROM sent_files"))
    web_desk.erases(reference)
    assert home.ask("SELECT count(*) FROM sent_files") == [(0,)]
