"""Synthetic releases at the desk: past cases, agreed to; made by one, released by another."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind, ConsentRecord, ConsentRecords
from bot.clock import DAY, SECOND
from bot.desks.web.exports import synthetic as page
from bot.exports import synthetic
from bot.exports.synthetic_releases import SyntheticReleases
from bot.vault import AuditLog
from tests.desks.web.case.test_case_record import put
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker

LEAST = 4
pytestmark = pytest.mark.skipif(not synthetic.is_installed(), reason=synthetic.NOT_INSTALLED)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebDeskHarness]:
    for module in (page, synthetic):
        monkeypatch.setattr(module, "MIN_CASES", LEAST)
    # As if each case came a hundred times: the noise would be larger than four.
    monkeypatch.setattr(
        page, "make_release",
        lambda rows, epsilon, about: synthetic.make_release(rows * 100, epsilon, about),
    )  # fmt: skip
    found = WebDeskHarness(tmp_path, synthetic_budget=5.0)
    yield found
    found.close()


def closed_case(office: WebDeskHarness, mei: WebCaseworker, *, agrees: bool = True) -> str:
    _person, reference = office.add_person()
    mei.told(reference, "claim")
    put(mei, reference, code="exploitation/control=DebtBondage", source="caseworker")
    put(mei, reference, about="person", field="born", words="1999", source="spoken")
    mei.told(reference, "close", code="helped")
    case, now = office.case(reference), office.home.loop.now()
    consent = ConsentRecord(
        ConsentKind.STATISTICS, "count", agrees, bytes(32), bytes(16), "en", now
    )
    writer, consents = office.home.database.writer, ConsentRecords(office.vault)
    writer.run_sync(lambda work: consents.store(work, [(case, consent)]))
    return reference


def makes(worker: WebCaseworker, epsilon: str = "4.0") -> str:
    response = worker.browser.post("/synthetic/make", {"epsilon": epsilon})
    assert response.status_code == 303, response.text[:200]
    return worker.browser.get("/synthetic").text


def decides(worker: WebCaseworker, number: str, answer: str) -> str:
    response = worker.browser.post("/synthetic/decide", {"release": number, "answer": answer})
    assert response.status_code == 303, response.text[:200]
    return worker.browser.get("/synthetic").text


def test_a_release_takes_past_cases_two_supervisors_and_a_part_of_the_budget(
    office: WebDeskHarness,
) -> None:
    mei, hua = office.worker().comes(), office.supervisor().comes()
    kept = [closed_case(office, mei) for _ in range(LEAST)]
    closed_case(office, mei, agrees=False)
    too_few = page.TOO_FEW.source.partition("{")[0]
    assert too_few in makes(hua)  # this month is not over
    office.home.advance_time(32 * DAY / SECOND)
    hui = office.supervisor("Hui").comes()
    hua.comes()
    shown = makes(hua)
    assert page.MADE.source in shown
    assert "Privacy budget: 1.0 of 5.0 left" in shown
    assert "Release it" not in shown  # one's own
    opened = office.home.ask("SELECT subject FROM audit WHERE deed = 'synthetic_read'")
    assert sorted(it[0] for it in opened) == sorted(office.case(it) for it in kept)
    ((number,),) = office.home.ask("SELECT id FROM synthetic_releases")
    save = f"/synthetic/{number}/save"
    assert hui.browser.get(save).status_code == 404
    assert page.NOT_DECIDED.source in decides(hua, str(number), "release")
    assert "How wrong the numbers are" in hui.browser.get("/synthetic").text
    assert page.RELEASED.source in decides(hui, str(number), "release")
    with zipfile.ZipFile(io.BytesIO(hua.browser.get(save).content)) as archive:
        published = json.loads(archive.read("release.json"))
        rows = archive.read("rows.csv").decode().splitlines()
    assert published["release"] == number
    assert rows[0].startswith("age,sex,")
    assert "measured" not in str(published.keys())
    assert page.BUDGET_SPENT.source in makes(hua, "2.0")
    for path in ("/synthetic", save):
        assert mei.browser.get(path).status_code in {303, 404}


def test_what_was_refused_is_deleted_and_stays_spent(office: WebDeskHarness) -> None:
    releases = SyntheticReleases(office.vault, AuditLog(office.vault), 5.0)
    made = synthetic.SyntheticRelease(
        {"rows": [], "columns": []}, synthetic.MarginalError(1, 2, 3, 4)
    )
    hua = office.supervisor().comes()

    def propose() -> str:
        writer = office.home.database.writer
        number = writer.run_sync(lambda work: releases.begin(work, 1.0, hua.id, 1))
        writer.run_sync(lambda work: releases.finish(work, number, made))
        return number

    number = propose()
    assert page.REFUSED.source in decides(hua, number, "refuse")
    assert office.home.ask("SELECT state, sealed FROM synthetic_releases") == [("refused", None)]
    assert "4.0 of 5.0 left" in hua.browser.get("/synthetic").text
    other = propose()
    office.home.ask("UPDATE synthetic_releases SET sealed = zeroblob(60) RETURNING id")
    assert "How wrong" not in hua.browser.get("/synthetic").text
    assert other


def test_without_a_budget_nothing_is_made(web_desk: WebDeskHarness) -> None:
    hua = web_desk.supervisor().comes()
    shown = hua.browser.get("/synthetic").text
    assert "HAVEN_SYNTHETIC_BUDGET" in shown
    assert "/synthetic/make" not in shown
