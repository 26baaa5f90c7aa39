"""The conversation of a case: whether a message was sent, and why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.desks.web.templates import format_datetime
from bot.errors import ChatBlockedError, LetterRefusedError
from bot.hotline.chat.takeover import (
    NO_TIME_LIMIT,
    UNTIL_CLOCK_STEADY,
    UNTIL_HOURS,
    UNTIL_PERSON_WRITES,
)
from bot.mailbox.outbox import hold_letter
from tests.support.telegram.recording_channel import delivery_failure

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

ANSWERED = '<span class="reply-due answered">answered</span>'
HELD = '<span class="reply-due held">not delivered yet, waiting for the person</span>'
FIRST_PHOTO, SECOND_PHOTO = (
    {"file_id": it, "file_unique_id": it, "file_size": 9, "width": 9, "height": 9}
    for it in ("f1", "f2")
)
WAITS = "waits until the person answers “Is this a good moment to write?”"


def conversation(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/conversation").text


def bubble(page: str, text: str) -> str:
    """Return the message that holds a text, with its markup."""
    (found,) = (it for it in re.findall(r"<article.*?</article>", page, re.DOTALL) if text in it)
    return str(found)


def takeover(web_desk: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    """Let a caseworker take over a person's chat; return both, and the case's reference."""
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    return mei, person, reference


def test_asking_outside_the_hours_is_offered_only_where_the_person_chose_hours(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = takeover(web_desk)
    assert 'id="insist"' not in mei.browser.get(f"/cases/{reference}").text
    for rule in ("when_i_write", "hours:morning", ""):
        web_desk.home.ask(f"UPDATE cases SET contact = '{rule}' RETURNING id")  # noqa: S608 - ours
        assert 'id="insist"' in mei.browser.get(f"/cases/{reference}").text


def test_no_list_calls_a_case_answered_while_its_reply_waits_for_the_person(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    own = ("/queue/mine", "/queue/mine/pane", "/own-cases", f"/cases/{reference}/panes/head")

    def said() -> list[tuple[bool, bool]]:
        pages = [mei.browser.get(path).text for path in own]
        pages += [hua.browser.get(path).text for path in ("/queue/all", "/team")]
        return [(HELD in page, ANSWERED in page) for page in pages]

    assert said() == [(False, False)] * 6  # a reply is due
    mei.told(reference, "say", words="I am here for you.")
    assert said() == [(True, False)] * 6
    person.presses("I can write now")
    web_desk.home.advance_time(5)
    web_desk.settles()
    mei.told(reference, "say", words="Take your time.")
    assert said() == [(False, True)] * 6


def test_a_message_that_waits_for_the_opening_question_says_so(web_desk: WebDeskHarness) -> None:
    mei, person, reference = takeover(web_desk)
    mei.told(reference, "say", words="I am here for you.")
    assert f"not sent yet: {WAITS}" in bubble(conversation(mei, reference), "I am here")
    person.presses("I can write now")
    web_desk.home.advance_time(5)
    web_desk.settles()
    assert any("I am here for you." in it for it in person.texts)
    assert WAITS not in conversation(mei, reference)


@pytest.mark.parametrize(
    ("hold", "shown"),
    [
        (UNTIL_HOURS, "not sent yet: waits for the hours the person chose"),
        (UNTIL_PERSON_WRITES, "not sent yet: waits until the person writes"),
        (UNTIL_CLOCK_STEADY, "not sent yet: waits a while"),
        ("a reason of tomorrow", "waiting to be sent"),
    ],
)
def test_every_reason_why_a_message_waits_is_shown(
    web_desk: WebDeskHarness, hold: str, shown: str
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    mei.told(reference, "say", words="I am here for you.")
    rows = web_desk.home.ask("SELECT letter FROM exchanges WHERE letter IS NOT NULL")
    web_desk.home.database.writer.run_sync(
        lambda work: hold_letter(work, rows[-1][0], hold, NO_TIME_LIMIT)
    )
    message = bubble(conversation(mei, reference), "I am here")
    assert shown in message
    assert WAITS not in message


def test_an_edited_message_is_marked_and_says_when_it_was_edited(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = takeover(web_desk)
    person.presses("I can write now")
    first = person.words("Come at eight")
    number = first["message"]["message_id"]
    person.send_update(first)
    person.says("Please")
    web_desk.home.advance_time(600)
    edited_at = web_desk.home.loop.now()
    person.send_update(person.edit("Come at nine", message_id=number))
    page = conversation(mei.comes(), reference)
    edited = bubble(page, "Come at nine")
    locale, now = web_desk.front.locale("en"), web_desk.home.loop.now()
    assert f"edited {locale.format_time(edited_at, now)}" in edited
    assert 'class="message person edited"' in edited
    assert "Come at eight" in edited
    assert "edited" not in bubble(page, "Please")  # negative control
    when = format_datetime(web_desk.front.zone, edited_at)
    for export in ("transcript", "print"):
        assert f"(edited {when})" in mei.browser.get(f"/cases/{reference}/{export}").text


@pytest.mark.parametrize("error", [LetterRefusedError("refused"), ChatBlockedError("blocked")])
def test_a_change_that_did_not_arrive_is_no_change(
    web_desk: WebDeskHarness, error: Exception
) -> None:
    mei, person, reference = takeover(web_desk)
    person.presses("I can write now")
    mei.told(reference, "say", words="Come to door A")
    web_desk.settles()
    ((letter,),) = web_desk.home.ask("SELECT max(letter) FROM exchanges")
    web_desk.home.post.fate = lambda _chat, _body: delivery_failure(error)
    mei.told(reference, "reword", code=str(letter), words="Come to door B")
    web_desk.home.run(web_desk.home.close_writer_idle(1))
    web_desk.settles()
    page = conversation(mei.comes(), reference)
    message = bubble(page, "Come to door A")
    assert (
        "This change did not arrive, or it is not known whether it did: Come to door B" in message
    )
    assert "edited" not in message
    assert " failed" in message
    for export in ("transcript", "print"):
        assert "it is not known whether it did" in (
            mei.browser.get(f"/cases/{reference}/{export}").text
        )


def test_a_change_of_earlier_words_is_no_answer_to_the_open_question(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person = web_desk.home.person("en")
    first = person.words("my boss keeps my passport and he did not pay me")
    person.send_update(first)
    person.presses("Give it to a person")
    assert person.last.startswith("Is anyone in danger right now?")
    number = first["message"]["message_id"]
    person.send_update(person.edit("no, he gave it back, I am fine", message_id=number))
    ((reference,),) = web_desk.home.ask("SELECT reference FROM cases")
    mei.told(reference, "claim")
    page = conversation(mei, reference)
    edited = bubble(page, "he gave it back")
    assert "Safe right now" not in edited
    assert "Changed words from before to:" in edited


def test_a_photo_that_was_replaced_stands_next_to_the_first_or_says_it_fails(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = takeover(web_desk)
    person.presses("I can write now")
    first = person.message(photo=[FIRST_PHOTO], caption="the door")
    number = first["message"]["message_id"]
    person.send_update(first)
    for shown in (FIRST_PHOTO, SECOND_PHOTO):
        web_desk.home.advance_time(60)
        seconds, words = web_desk.home.seconds(), f"door {shown['file_id']}"
        changed = {"photo": [shown], "caption": words, "edit_date": seconds}
        person.send_update(person.message("edited_message", message_id=number, **changed))
    message = bubble(conversation(mei, reference), "door f2")
    assert message.count("not downloaded yet") == 2, message
    for state, said in (
        ("too_large", "could not be downloaded: larger than 20 MB"),
        ("gone", "could not be downloaded"),
    ):
        connection = web_desk.home.database.connect()
        connection.execute("UPDATE files SET state = ?", (state,))
        connection.commit()
        connection.close()
        message = bubble(conversation(mei, reference), "door f2")
        assert message.count(f"· {said}</p>") == 2, message
