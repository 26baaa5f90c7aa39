"""The plan and the duties to report in the file of a case, by keyboard-sized forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.clock import HOUR
from tests.desks.web.case.test_law_panel import claimed, file_of, part

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

SENT = {"value.to": "Taoyuan police", "value.way": "phone", "value.number": "1151128-77"}


def test_a_plan_says_what_was_used_and_what_is_arranged(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = claimed(web_desk, mei)
    assert "Nothing was asked for or offered yet" in part(file_of(mei, reference), "services")
    offer = {"code": "offer.counsellor", "value.provider": "Garden of Hope"}
    assert not mei.does(reference, "service", **offer).json()["refused"]
    assert not mei.does(reference, "service", code="accept.counsellor").json()["refused"]
    gave = {"code": "give.counsellor", "value.kind": "talks", "value.amount": "1,800",
            "value.day": "yesterday"}  # fmt: skip
    assert not mei.does(reference, "service", **gave).json()["refused"]
    shown = part(file_of(mei, reference), "services")
    assert "1 of 10 sessions, NT$1,800 of NT$20,000" in shown
    assert "Garden of Hope" in shown
    told = mei.does(reference, "service", **{**gave, "value.units": "20"}).json()
    assert told["refused"]
    assert "9 x NT$2,000" in told["told"]
    booked = {"code": "beside", "value.at": "tomorrow 14:00", "value.place": "Court, room 4"}
    assert not mei.does(reference, "appointment", **booked).json()["refused"]
    assert mei.does(reference, "appointment", **{**booked, "value.at": "soon"}).json()["refused"]
    shown = part(file_of(mei, reference), "appointments")
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
