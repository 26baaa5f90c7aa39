"""An interpreter renders what a caseworker shares, sees nothing else, and nothing after the end."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR, MINUTE, SECOND
from bot.desks.web.app import ROUTES
from bot.desks.web.routes import ROLES, Permission
from bot.errors import (
    ChatBlockedError,
    DeliveryError,
    DeliveryUncertainError,
    RetryLaterError,
)
from bot.hotline.interpreting import sessions
from bot.hotline.interpreting.hide import HIDDEN
from bot.store.statements import delete_by
from bot.store.tables.interpreting import interpreter_copies
from tests.support.harnesses.web_desk_harness import WebDeskHarness, fill_path
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.harnesses.web_desk_harness import WebCaseworker
    from tests.support.people.chat_person import ChatPerson

FIRST, SAID, LATER = "Kunci-01 paspor saya", "Kunci-02 mandor Pak Budi", "Kunci-03 malam ini"
NOTE, ANSWER, RENDERED = "Kunci-04 call the shelter", "Kunci-05 Are you alone?", "Kunci-06 sendiri?"
PHONE = "0912 345 678"
_TEXT = re.compile(r'id="text-(\d+)"')
_SESSION = re.compile(r'name="code" value="([0-9a-f]{32})')
_NAME_OF_STAFF = re.compile(r"(?<![\w-])(?:Mei|Jun|Hua)(?![\w-])")
"""As a word: by chance a random key may hold the letters."""
_TIME_OF = re.compile(r"<time[^>]*>(?:[^<]*?)(\d\d:\d\d)</time>")
_MESSAGE = re.compile(r'id="message-(\d+)"')


class Scene(NamedTuple):
    """A conversation that Mei has taken over, an interpreter, and a supervisor."""

    desk: WebDeskHarness
    person: ChatPerson
    reference: str
    mei: WebCaseworker
    ana: WebCaseworker
    hua: WebCaseworker

    def invites(self, **values: str) -> str:
        given = {"code": self.ana.id, "value.minutes": "60", "value.agreed": "1", **values}
        return str(self.mei.does(self.reference, "interpreter", **given).json()["told"])

    def begins(self) -> None:
        assert self.acts("interpret_begin", code=self.session())["refused"] is False

    def acts(self, verb: str, **fields: str) -> dict[str, object]:
        said = self.ana.browser.post(f"/interpreting/do/{verb}", fields, is_fetched=True)
        self.desk.settles()
        return dict(said.json()) if said.status_code == 200 else {"status": said.status_code}

    def session(self) -> str:
        found = _SESSION.search(self.page())
        assert found is not None
        return found[1]

    def page(self) -> str:
        return self.ana.browser.get("/interpreting").text

    def case_page(self) -> str:
        return self.mei.browser.get(f"/cases/{self.reference}").text

    def shares(self, **fields: str) -> dict[str, object]:
        path = f"/cases/{self.reference}/interpreter/share"
        said = self.mei.browser.post(path, fields, is_fetched=True)
        self.desk.settles()
        return dict(said.json())

    def renders(self, text: str, words: str, **fields: str) -> dict[str, object]:
        code = f"{self.session()}.{text}"
        return self.acts("render", code=code, words=words, **fields)

    def rendering(self) -> str:
        """Return what stands at the case page under the words of the interpreter for the person."""
        _before, _class, rest = self.case_page().partition('class="send-rendering"')
        return rest.partition("</form>")[0]

    def copies(self) -> int:
        """Return how many copies this interpreter has."""
        sql = "SELECT staff_id FROM interpreter_copies JOIN interpreting_sessions ON "
        found = self.desk.home.ask(f"{sql} interpreting_sessions.id = session_id")
        return [row[0] for row in found].count(self.ana.id)

    def hours(self) -> list[tuple[int, int | None]]:
        found = self.desk.home.ask("SELECT staff_id, began_at, ended_at FROM interpreter_hours")
        return [(row[1], row[2]) for row in found if row[0] == self.ana.id]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path_factory.mktemp("interpreting"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def staff(desk: WebDeskHarness) -> dict[str, WebCaseworker]:
    hua = desk.supervisor().comes()
    mei, jun = desk.worker(most=99).comes(), desk.worker("Jun").comes()
    return {"hua": hua, "mei": mei, "jun": jun}


@pytest.fixture
def scene(desk: WebDeskHarness, staff: dict[str, WebCaseworker]) -> Scene:
    ana = desk.worker("Siti Ana", Role.INTERPRETER, languages=("id",)).comes()
    person, reference = desk.add_person(FIRST)
    made = Scene(desk, person, reference, staff["mei"].comes(), ana, staff["hua"])
    made.mei.told(reference, "claim")
    made.mei.told(reference, "take_over")
    made.mei.told(reference, "note", words=NOTE)
    person.presses("I can write now")
    person.says(f"{SAID} {PHONE}")
    desk.settles()
    return made


def test_words_for_the_interpreter_are_a_draft_until_they_are_shared(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    path = f"/cases/{scene.reference}/drafts/share"
    scene.mei.browser.post(path, {"words": ANSWER}, is_fetched=True)
    assert f">\n{ANSWER}</textarea>" in scene.case_page()
    assert not scene.shares(words=ANSWER, direction="to_person")["refused"]
    assert f">\n{ANSWER}</textarea>" not in scene.case_page()


def test_nothing_is_shared_before_the_person_agreed_and_the_interpreter_began(
    scene: Scene,
) -> None:
    refused = scene.mei.does(
        scene.reference, "interpreter", **{"code": scene.ana.id, "value.minutes": "60"}
    )
    assert "Ask the person first" in refused.json()["told"]
    assert "names and numbers" in scene.invites(**{"value.new": "1"})  # unread needs names
    assert "Choose how long" in scene.invites(**{"value.minutes": "7"})
    assert "Invited" in scene.invites()
    assert "already" in scene.invites()
    scene.shares(part="1.story")
    page = scene.page()
    assert "A caseworker asks you to interpret" in page
    assert "Kunci" not in page
    scene.begins()
    assert "Nothing is shared yet" in scene.page()


def test_a_rendering_stands_next_to_the_original_under_a_pseudonym(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    message = _MESSAGE.findall(scene.case_page())[-1]
    assert "left out: 1" in str(scene.shares(message=message)["told"])
    assert "already" in str(scene.shares(message=message)["told"])
    page = scene.page()
    assert SAID in page
    assert PHONE not in page
    assert HIDDEN in page
    (text,) = _TEXT.findall(page)
    assert "next to the original" in str(scene.renders(text, "The foreman")["told"])
    scene.renders(text, "The foreman, Mr Budi", **{"value.note": "“mandor”: foreman"})
    shown = scene.case_page()
    for words in (
        SAID,
        PHONE,
        "The foreman, Mr Budi",
        "“mandor”: foreman",
        "before the correction",
    ):
        assert words in shown
    assert re.search(r"<strong>Interpreter \d+</strong>", shown)
    assert "Siti Ana" not in shown
    scene.shares(words=ANSWER, direction="to_person")
    scene.renders(_TEXT.findall(scene.page())[-1], RENDERED)
    for path in ("print", "transcript"):  # it leaves next to the original, marked
        left = html.unescape(scene.mei.browser.get(f"/cases/{scene.reference}/{path}").text)
        missing = [
            pattern
            for pattern in (
                rf"{SAID} {PHONE}.*?Rendered by Interpreter \d+, from the person's words, ",
                r"\(corrected later\).*?The foreman.*?Rendered by.*?The foreman, Mr Budi",
                r"Note of the interpreter: “mandor”: foreman",
                rf"to be said to the person, .*?{re.escape(ANSWER)}.*?for the person, .*?Kunci-06",
            )
            if not re.search(pattern, left, re.DOTALL)
        ]
        assert missing == [], path
        assert "Siti Ana" not in left
    assert "Siti Ana" in scene.hua.browser.get("/interpreters").text


def test_a_rendering_of_words_that_were_edited_since_says_so(scene: Scene) -> None:
    earlier = "What follows renders the words before the edit."
    first = scene.person.words("bos tidak memukul saya")
    scene.person.send_update(first)
    scene.desk.settles()
    scene.invites()
    scene.begins()
    message = _MESSAGE.findall(scene.case_page())[-1]
    scene.shares(message=message)
    scene.renders(_TEXT.findall(scene.page())[-1], "the boss did not hit me")
    assert earlier not in scene.case_page()
    scene.desk.home.advance_time(60)
    number = first["message"]["message_id"]
    scene.person.send_update(scene.person.edit("bos memukul saya", message_id=number))
    scene.desk.settles()
    assert earlier in scene.case_page()
    transcript = scene.mei.browser.get(f"/cases/{scene.reference}/transcript").text
    assert earlier in transcript


def test_an_interpreter_reads_when_something_was_written_not_when_it_was_shared(
    scene: Scene,
) -> None:
    scene.invites()
    scene.begins()
    message = _MESSAGE.findall(scene.case_page())[-1]
    (written,) = _TIME_OF.findall(scene.case_page().partition(f'id="message-{message}"')[2])[:1]
    scene.desk.home.advance_time(5 * 60)
    scene.shares(message=message)
    assert _TIME_OF.findall(scene.page().partition('id="text-')[2])[0] == written


def test_words_for_the_person_are_sent_by_the_caseworker_alone(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    before = len(scene.person.screen)
    assert scene.shares(words=ANSWER, direction="to_person")["refused"] is False
    (text,) = _TEXT.findall(scene.page())
    scene.renders(text, RENDERED)
    assert len(scene.person.screen) == before
    shown = scene.case_page()
    assert f'name="words" value="{RENDERED}"' in shown
    assert "Send once more" not in shown
    scene.mei.told(scene.reference, "say", words=RENDERED, sure="language foreign_words")
    assert RENDERED in scene.person.last
    assert "Sent at" in scene.rendering()
    assert "Send once more" in scene.rendering()


@pytest.mark.parametrize(
    ("error", "state", "button"),
    [
        (RetryLaterError(60), "not sent yet", None),
        (DeliveryUncertainError("502"), "delivery uncertain", "Send once more"),
        (ChatBlockedError("403"), "the person has blocked the bot", "Send to the person"),
    ],
)
def test_a_rendering_is_shown_as_sent_only_once_it_was_delivered(
    scene: Scene, error: DeliveryError, state: str, button: str | None
) -> None:
    scene.invites()
    scene.begins()
    scene.shares(words=ANSWER, direction="to_person")
    (text,) = _TEXT.findall(scene.page())
    scene.renders(text, RENDERED)
    post = scene.desk.home.post
    post.fate = lambda _chat, _body: delivery_failure(error)
    scene.mei.told(scene.reference, "say", words=RENDERED, sure="language foreign_words")
    post.fate = lambda _chat, _body: FINE
    scene.mei.comes()  # time passed while it was tried again
    shown = scene.rendering()
    assert "Sent at" not in shown
    assert state in shown
    buttons = {it for it in ("Send once more", "Send to the person") if it in shown}
    assert buttons == ({button} if button else set())


def test_new_words_are_shared_as_they_arrive_only_where_names_may_be_seen(scene: Scene) -> None:
    scene.invites(**{"value.names": "1", "value.new": "1"})
    scene.begins()
    scene.person.says(f"{LATER} {PHONE}")
    scene.desk.settles()
    page = scene.page()
    assert f"{LATER} {PHONE}" in page
    assert SAID not in page  # what came before stays with the caseworker
    (text,) = _TEXT.findall(page)
    scene.renders(text, "Tonight")
    assert re.search(rf"{LATER}.*?Tonight", scene.case_page(), re.DOTALL)
    scene.mei.told(scene.reference, "interpret_set", **{"value.names": "1"})
    scene.person.says("Kunci-07")
    scene.desk.settles()
    assert "Kunci-07" not in scene.page()


def test_an_interpreter_reaches_no_other_address_and_reads_no_other_word(scene: Scene) -> None:
    """Every address of the desk, generated, while a conversation is open."""
    scene.invites()
    scene.begins()
    scene.shares(message=_MESSAGE.findall(scene.case_page())[-1])
    (text,) = _TEXT.findall(scene.page())
    case = scene.desk.case(scene.reference)
    needles = (FIRST, NOTE, PHONE, scene.reference, case, scene.mei.id)
    mark, reached = scene.ana.browser.csrf(), set()
    for route in sorted(ROUTES, key=lambda it: it.path == "/signout"):
        if route.path in {"/stream", "/events", "/signout"}:
            continue
        path = fill_path(route.path, scene.reference, text=text, who=scene.ana.id)
        browser = scene.ana.browser
        said = browser.post(path, {"csrf": mark}) if route.changes_state else browser.get(path)
        if Role.INTERPRETER not in ROLES[route.permission]:
            assert said.status_code in {403, 404}, route.path
        elif said.status_code == 200:
            reached.add(route.path)
        for needle in needles:
            assert needle not in said.text, (route.path, needle)
        assert not _NAME_OF_STAFF.search(said.text), route.path
    assert _NAME_OF_STAFF.search(scene.case_page())  # the control
    assert {"/interpreting", "/interpreting/pane", "/account"} <= reached
    assert ROLES[Permission.INTERPRET] == {Role.INTERPRETER}
    found = scene.ana.browser.get(f"/stream?case={scene.reference}")
    assert found.status_code == 404
    assert SAID in scene.page()  # the control: what was shared is there


def closes(scene: Scene) -> None:
    scene.mei.told(scene.reference, "close", code="information")


def releases(scene: Scene) -> None:
    scene.mei.told(scene.reference, "release")


def passes_time(scene: Scene) -> None:
    home = scene.desk.home
    home.advance_time(61 * MINUTE // SECOND)
    now, check = home.loop.now(), home.house.staff.check_due
    home.database.writer.run_sync(lambda work: check(work, now))


def leaves(scene: Scene) -> None:
    assert scene.acts("interpret_leave", code=scene.session())["refused"] is False


def ends(scene: Scene) -> None:
    scene.mei.told(scene.reference, "interpret_end")


def erases(scene: Scene) -> None:
    scene.desk.erases(scene.reference)


@pytest.mark.parametrize("end", [ends, leaves, closes, releases, passes_time, erases])
def test_nothing_opens_after_the_end_whatever_ended_it(
    scene: Scene, end: Callable[[Scene], None]
) -> None:
    scene.invites()
    scene.begins()
    scene.shares(message=_MESSAGE.findall(scene.case_page())[-1])
    (text,) = _TEXT.findall(scene.page())
    scene.renders(text, "Before the end")
    code = f"{scene.session()}.{text}"
    assert scene.copies() == 2
    scene.desk.home.advance_time(5 * MINUTE // SECOND)
    end(scene)
    scene.ana.comes()
    page = scene.page()
    assert "No conversation needs you now" in page
    assert "Kunci" not in page
    assert scene.copies() == 0
    refused = scene.acts("render", code=code, words="Too late")
    assert refused.get("refused") or refused.get("status") == 404
    assert scene.ana.browser.get(f"/interpreting/texts/{text}/sound").status_code == 404
    ((began, ended),) = scene.hours()
    assert ended is not None
    assert 5 * MINUTE <= ended - began <= HOUR


def test_an_end_that_keeps_copies_would_be_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    scene.invites()
    scene.begins()
    scene.shares(message=_MESSAGE.findall(scene.case_page())[-1])
    nothing = delete_by(interpreter_copies, by=("session_id", interpreter_copies.c.id < 0))
    monkeypatch.setattr(sessions, "_DELETE_COPIES", nothing)
    ends(scene)
    assert scene.copies() == 1


def test_an_interpreter_who_is_suspended_loses_the_conversation_at_once(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    scene.shares(message=_MESSAGE.findall(scene.case_page())[-1])
    boss = scene.desk.worker("Ada", Role.ADMINISTRATOR).comes()
    boss.browser.post("/step-up", {"code": boss.code(), "back": "/staff"})
    scene.desk.home.advance_time(31)
    boss.browser.post("/step-up", {"code": boss.code(), "back": "/staff"})
    boss.browser.post(f"/staff/account/{scene.ana.id}/disable", {"sure": "1"})
    assert scene.copies() == 0
    assert scene.ana.browser.get("/interpreting").status_code == 303
    assert "Interpreter" in scene.case_page()


def test_a_supervisor_reads_the_month_by_the_rule_and_saves_it(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    scene.desk.home.advance_time(HOUR // SECOND - 90)
    scene.mei.comes()
    ends(scene)
    scene.hua.comes()
    page = scene.hua.browser.get("/interpreters/fees").text
    assert "Siti Ana" in page
    assert "law.moj.gov.tw" in page
    saved = re.search(r'href="(/interpreters/fees/[^"]+/csv)"', page)
    assert saved is not None
    sheet = scene.hua.browser.get(saved[1])
    assert sheet.headers["content-type"].startswith("text/csv")
    assert scene.reference not in sheet.text
    assert re.search(
        r"Interpreter \d+,Siti Ana,\d{4}-\d\d-\d\d,\d\d:\d\d,\d\d:\d\d,59,", sheet.text
    )
    scene.mei.comes()
    assert scene.mei.browser.get("/interpreters/fees").status_code == 404


def test_a_caseworker_is_warned_of_an_interpreter_who_knows_the_employer(scene: Scene) -> None:
    scene.hua.comes()
    fields = {"nationality": "Indonesia", "employers": "CV Maju, PAK BUDI"}
    scene.hua.browser.post(f"/interpreters/{scene.ana.id}/conflicts", fields)
    scene.mei.comes()
    page = scene.mei.browser.get(f"/cases/{scene.reference}/interpreter").text
    assert "Stands in this case too: PAK BUDI" in page
    assert "Siti Ana" not in page
    assert b"BUDI" not in b"".join(
        bytes(row[0]) for row in scene.desk.home.ask("SELECT sealed FROM interpreters") if row[0]
    )


def test_a_key_of_an_interpreter_opens_no_case(scene: Scene) -> None:
    scene.invites()
    scene.begins()
    wraps = scene.desk.vault.cases.wraps
    assert f"staff/{scene.ana.id}" not in wraps.holders_of(scene.desk.case(scene.reference))
    assert scene.ana.id not in wraps.holders().present
