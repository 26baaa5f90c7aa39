"""The record at the desk: filled from messages with one key, corrected by two, read by few."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING

from bot.hotline.form_data import OfficeWords, record_fields
from bot.languages import catalogue
from bot.places.taiwan.forms import OFFICE_FORMS
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from bot.cases.record.record import CaseRecord
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

BROKER = "Pak Budi <script>alert(1)</script>"
WORDS = f"The broker is {BROKER}, 0912 345 678"


def record_of(office: WebDeskHarness, worker: WebCaseworker, reference: str) -> CaseRecord:
    """Return the record as the key of a caseworker opens it."""
    keyring, case = office.keys.unlock(worker.id, PASSWORD), office.case(reference)
    opener = office.vault.cases.opener(case, keyring)
    return office.home.database.writer.run_sync(
        lambda work: office.front.record_entries.load(work, case, opener)
    )


def put(worker: WebCaseworker, reference: str, *, is_refused: bool = False, **fields: str) -> str:
    """Put something into the record as the page does; return what was said."""
    answer = worker.browser.post(f"/cases/{reference}/record", fields, is_fetched=True)
    worker.office.settles()
    said = answer.json()
    assert said["refused"] is is_refused, said
    return str(said["told"])


def opened(office: WebDeskHarness) -> tuple[WebCaseworker, str, str]:
    """Return a caseworker who talks with a person, the case, and the number of a message."""
    mei = office.worker().comes()
    person, reference = office.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.says(WORDS)
    office.settles()
    ((message,),) = office.home.ask("SELECT max(id) FROM exchanges WHERE side = 'person'")
    return mei, reference, str(message)


def test_words_of_a_message_become_a_value_that_names_its_source(web_desk: WebDeskHarness) -> None:
    mei, reference, message = opened(web_desk)
    page = mei.browser.get(f"/cases/{reference}").text
    assert f'data-record="message={message}"' in page
    form = unescape(mei.browser.get(f"/cases/{reference}/record/form?message={message}").text)
    assert 'value="suspect:new/name"' in form
    assert WORDS in form
    put(mei, reference, code="suspect:new/name", words=BROKER, message=message, source="words")
    (name,) = record_of(web_desk, mei, reference).values("suspect.name")
    assert (name.content.typed, str(name.content.message)) == (BROKER, message)
    assert name.content.by == mei.id
    shown = mei.browser.get(f"/cases/{reference}/record").text
    assert "<script>alert" not in shown
    assert "Message of the person" in shown
    assert f"/cases/{reference}#message-{message}" in shown
    subject = name.content.subject
    form = mei.browser.get(f"/cases/{reference}/record/form?message={message}").text
    assert f'value="{subject}/phone"' in form
    put(mei, reference, code=f"{subject}/phone", words="0912 345 678", source="words")
    (phone,) = record_of(web_desk, mei, reference).values("suspect.phone")
    assert (phone.content.parsed, phone.content.subject) == ("+886912345678", subject)
    for table in web_desk.home.ask("SELECT name FROM sqlite_master WHERE type = 'table'"):
        rows = str(web_desk.home.ask(f"SELECT * FROM {table[0]}"))  # noqa: S608 - our own name
        assert "Budi" not in rows, table


def test_two_who_correct_one_value_both_stand_until_it_is_settled(web_desk: WebDeskHarness) -> None:
    mei, reference, _message = opened(web_desk)
    hua = web_desk.supervisor().comes()
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "a second look"})
    put(mei, reference, about="person", field="born", words="1995", source="spoken")
    form = mei.browser.get(f"/cases/{reference}/record/form?about=person&field=born").text
    replaces = re.search(r'name="replaces" value="(\w+)"', form)
    assert replaces
    assert ">\n1995</textarea>" in form
    for worker, day in ((mei, "1995-05-03"), (hua, "last year before Tet")):
        put(worker, reference, about="person", field="born", words=day, replaces=replaces[1],
            source="document", reason="read it in the passport")  # fmt: skip
    (state,) = record_of(web_desk, mei, reference).states("person.born")
    assert {it.content.typed for it in state.standing} == {"1995-05-03", "last year before Tet"}
    assert state.is_contradicting
    page = unescape(mei.browser.get(f"/cases/{reference}/record/pane").text)
    assert "Sources contradict each other." in page
    assert "\u2194" in page
    words = OfficeWords(catalogue("zh_Hant", "staff"), catalogue("zh_Hant"), {},
                        web_desk.front.spoken)  # fmt: skip
    draft = record_fields(OFFICE_FORMS, record_of(web_desk, mei, reference), words)
    assert draft["born"].startswith(
        "\u6c11\u570b 84 \u5e74 5 \u6708 3 \u65e5 / last year before Tet"
    )
    put(mei, reference, about="person", field="born", task="withdraw", reason="asked again",
        replaces=" ".join(it.id for it in state.standing))  # fmt: skip
    (state,) = record_of(web_desk, mei, reference).states("person.born")
    assert (state.standing, len(state.history)) == ((), 4)
    put(mei, reference, code="exploitation/control=DebtBondage", source="caseworker",
        use_prosecution="no")  # fmt: skip
    (control,) = record_of(web_desk, mei, reference).values("exploitation.control")
    assert control.content.uses == {"prosecution": False}
    assert "Prosecution: refused" in mei.browser.get(f"/cases/{reference}/record").text
    for way in ("transcript", "print"):
        told = mei.browser.get(f"/cases/{reference}/{way}").text
        for words in ("Debt bondage", "last year before Tet", "asked again"):
            assert words in told, (way, words)
    bundle = mei.browser.post(
        f"/cases/{reference}/bundle", {"code": "order", "words": "Order 12 of the court"}
    )
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        handed = "".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    assert "the person refused this use" in handed
    assert "Debt bondage" not in handed


def test_words_of_a_report_become_a_value(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person(WORDS)
    mei.told(reference, "claim")
    page = mei.browser.get(f"/cases/{reference}").text
    link = re.search(r'data-record="(report=1&amp;step=\w+|report=1&step=\w+)"', page)
    assert link
    base = f"/cases/{reference}/record/form?{unescape(link[1])}"
    form = unescape(mei.browser.get(base).text)
    assert WORDS in form
    assert 'name="source" value="words"' in form
    assert f"about=suspect%3Anew&{unescape(link[1])}" in form
    chosen = unescape(mei.browser.get(f"{base}&about=suspect:new").text)
    assert WORDS in chosen
    assert 'name="source" value="words"' in chosen
    for asked in ("report=9&step=what", "report=1&step=nothing", "report=x&step=what"):
        said = mei.browser.get(f"/cases/{reference}/record/form?{asked}")
        assert (said.status_code, WORDS in said.text) == (200, False)


def test_bad_input_is_refused_with_what_to_do_and_others_read_nothing(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference, message = opened(web_desk)
    jun = web_desk.worker("Jun").comes()
    refused = [
        ({"code": "ghost:new/name", "words": "x"}, "choose a field"),
        ({"code": "person/nothing", "words": "x"}, "choose a field"),
        ({"about": "person", "field": "born", "words": " "}, "fill in the value"),
        ({"about": "person", "field": "born", "words": "x" * 2001}, "longer than 2000"),
        ({"code": "person/gender", "words": "woman"}, "Choose one of: Feminine"),
        ({"about": "person", "field": "born", "words": "1995", "source": "gossip"}, "how you know"),
        ({"about": "person", "field": "born", "task": "withdraw"}, "Say which value"),
    ]
    for fields, told in refused:
        assert told in put(mei, reference, is_refused=True, **fields)
    assert web_desk.home.ask("SELECT count(*) FROM record_entries") == [(0,)]
    put(mei, reference, code="vehicle:new/plate", words="ABC-1234")
    for path in ("record", "record/pane", f"record/form?message={message}"):
        assert jun.browser.get(f"/cases/{reference}/{path}").status_code == 404
    answer = jun.browser.post(f"/cases/{reference}/record", {"code": "person/name", "words": "x"})
    assert answer.status_code == 404
    assert web_desk.home.ask("SELECT count(*) FROM record_entries") == [(1,)]
    web_desk.erases(reference)
    assert web_desk.home.ask("SELECT count(*) FROM record_entries") == [(0,)]
