"""A person replies to one message, with Telegram's own reply: a caseworker sees to which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.desks.web.case.test_conversation_page import bubble, conversation, takeover

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

MARK = 'class="reply-to"'
THREE = ("Are you alone?", "Can you go out?", "Is the door locked?")


def of_person(person: ChatPerson, update: dict[str, Any]) -> dict[str, Any]:
    """Return a message of the person as Telegram repeats it in a reply to it."""
    return {"reply_to_message": update["message"] | {"from": person.account}}


def of_bot(person: ChatPerson, text: str) -> dict[str, Any]:
    """Return the newest message of the bot with this text in the same way."""
    shown = person.home.post.chats[person.id]
    number = next(it for it, say in reversed(shown.items()) if text in say.text)
    about = {"message_id": number, "date": person.home.seconds(), "text": shown[number].text}
    bot = {"id": 1, "is_bot": True, "first_name": "Haven"}
    chat = {"id": person.id, "type": "private"}
    return {"reply_to_message": about | {"chat": chat, "from": bot}}


def in_talk(web_desk: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    mei, person, reference = takeover(web_desk)
    person.presses("I can write now")
    return mei, person, reference


def asks(web_desk: WebDeskHarness, mei: WebCaseworker, reference: str, *questions: str) -> None:
    for each in questions:
        mei.told(reference, "say", words=each)
        web_desk.settles()


def test_a_yes_to_one_of_three_questions_says_to_which(web_desk: WebDeskHarness) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, *THREE)
    web_desk.home.advance_time(60)
    person.sends(text="yes, that one", **of_bot(person, THREE[1]))
    person.says("and this is no reply")
    page = conversation(mei.comes(), reference)
    shown = bubble(page, "yes, that one")
    assert f"In reply to: {THREE[1]} (Mei)" in shown
    assert MARK not in bubble(page, "and this is no reply")
    for export in ("transcript", "print"):
        assert (
            mei.browser.get(f"/cases/{reference}/{export}").text.count(
                f"In reply to: {THREE[1]} (Mei)"
            )
            == 1
        )


def test_the_part_that_a_person_marked_is_shown_and_the_rest_is_not(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, f"\U0001f600 {' '.join(THREE)}")
    begin = len(f"\U0001f600 {THREE[0]} ".encode("utf-16-le")) // 2
    marked = {"quote": {"text": THREE[1], "position": begin}}
    person.sends(text="yes, that one", **of_bot(person, THREE[1]), **marked)
    shown = bubble(conversation(mei.comes(), reference), "yes, that one")
    assert f"In reply to: {THREE[1]} (Mei)" in shown
    assert THREE[0] not in shown


def test_after_an_edit_no_other_words_stand_for_those_that_were_marked(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, f"{THREE[0]} {THREE[1]}")
    marked = {"quote": {"text": THREE[1], "position": len(THREE[0]) + 1}}
    asked = of_bot(person, THREE[1])
    ((letter,),) = web_desk.home.ask("SELECT max(letter) FROM exchanges")
    mei.told(reference, "reword", code=str(letter), words="Please stay inside. Is it dark?")
    web_desk.settles()
    person.sends(text="yes, that one", **asked, **marked)
    shown = bubble(conversation(mei.comes(), reference), "yes, that one")
    assert "In reply to: Please stay inside. Is it dark? (Mei)" in shown


@pytest.mark.parametrize("wrong_by", [-3, -1, 1, 5])
def test_a_place_that_is_only_approximate_shows_the_marked_words(
    web_desk: WebDeskHarness, wrong_by: int
) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, f"\U0001f600\U0001f600 {' '.join(THREE)}")
    begin = len(f"\U0001f600\U0001f600 {THREE[0]} ".encode("utf-16-le")) // 2
    marked = {"quote": {"text": THREE[1], "position": begin + wrong_by}}
    person.sends(text="yes, that one", **of_bot(person, THREE[1]), **marked)
    shown = bubble(conversation(mei.comes(), reference), "yes, that one")
    assert f"In reply to: {THREE[1]} (Mei)" in shown


def test_no_half_of_a_character_is_shown(web_desk: WebDeskHarness) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, "\U0001f600\U0001f600 Are you alone?")
    marked = {"quote": {"text": "\U0001f600x", "position": 1}}
    person.sends(text="yes, that one", **of_bot(person, "Are you alone?"), **marked)
    shown = bubble(conversation(mei.comes(), reference), "yes, that one")
    assert "\ufffd" not in shown
    assert "In reply to: \U0001f600\U0001f600 Are you alone? (Mei)" in shown


def test_a_long_message_is_shortened_to_eighty_characters(web_desk: WebDeskHarness) -> None:
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, "Tell me\n\nall of it. " * 20)
    person.sends(text="I will", **of_bot(person, "all of it"))
    shown = bubble(conversation(mei.comes(), reference), "I will")
    words = shown.partition("In reply to: ")[2].partition(" (Mei)")[0]
    assert words.startswith("Tell me all of it. Tell me")
    assert len(words) <= 80
    assert words.endswith("\u2026")


def test_a_reply_to_own_words_or_to_the_opening_question_says_so(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = takeover(web_desk)
    opening = of_bot(person, "Is this a good moment to write?")
    person.presses("I can write now")
    first = person.words("It is the blue door")
    person.send_update(first)
    person.sends(text="no, the red one", **of_person(person, first))
    person.sends(text="it is, now", **opening)
    page = conversation(mei.comes(), reference)
    assert "In reply to: It is the blue door (The person)" in bubble(page, "no, the red one")
    assert "In reply to: Hello. Is this a good moment to write? (The bot)" in bubble(
        page, "it is, now"
    )


def test_a_reply_to_a_message_of_an_earlier_page_is_still_resolved(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desks.web.case.conversation.PAGE_SIZE", 3)
    mei, person, reference = in_talk(web_desk)
    asks(web_desk, mei, reference, THREE[0])
    first = person.words("It is the blue door")
    person.send_update(first)
    for each in range(5):
        person.says(f"word {each}")
    person.sends(text="yes, that one", **of_bot(person, THREE[0]))
    person.sends(text="no, the red one", **of_person(person, first))
    page = conversation(mei.comes(), reference)
    assert "word 1" not in page
    assert f"In reply to: {THREE[0]} (Mei)" in bubble(page, "yes, that one")
    assert "In reply to: It is the blue door (The person)" in bubble(page, "no, the red one")


def told(web_desk: WebDeskHarness) -> tuple[ChatPerson, dict[str, Any], dict[str, Any]]:
    """Return a person who let a caseworker read on, with what they wrote and were asked before."""
    person = web_desk.home.person("en")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    while not person.last.startswith("What happened?"):
        labels = " ".join(person.labels())
        person.presses("Skip" if "Skip" in labels else "You may keep them")
    asked = of_bot(person, person.last)
    secret = person.words("my secret story of the blue box")
    person.send_update(secret)
    web_desk.home.advance_time(60)
    person.presses("Danger now", "Tell them now")
    return person, of_person(person, secret), asked


def test_words_from_before_the_person_agreed_stay_hidden_when_they_reply_to_them(
    web_desk: WebDeskHarness,
) -> None:
    person, secret, asked = told(web_desk)
    marked = {"quote": {"text": "the blue box", "position": 19}}
    person.sends(text="so I meant", **secret, **marked)
    person.sends(text="that also", **asked)
    mei, reference = web_desk.worker().comes(), web_desk.newest()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    person.sends(text="this I meant", **secret, **marked)
    person.sends(text="and this too", **asked)
    page = conversation(mei.comes(), reference)
    printed = [mei.browser.get(f"/cases/{reference}/{it}").text for it in ("transcript", "print")]
    for shown in (page, *printed):
        for words in ("so I meant", "that also", "this I meant", "and this too"):
            assert words in shown
        assert "blue box" not in shown
        assert "In reply to" not in shown


def test_no_word_of_what_is_replied_to_is_kept_with_the_reply(web_desk: WebDeskHarness) -> None:
    person, secret, _asked = told(web_desk)
    marked = {"quote": {"text": "the blue box", "position": 19}}
    person.sends(text="so I meant", **secret, **marked)
    events = web_desk.home.board.events
    kept = [it.message.content for it in events if it.message and it.message.content.answered]
    assert [it.text for it in kept] == ["so I meant"]
    assert "blue" not in repr(kept)


def test_a_reply_to_an_earlier_question_of_the_bot_names_that_question(
    web_desk: WebDeskHarness,
) -> None:
    person, *_ = told(web_desk)
    asked = of_bot(person, "Where is it? A street")
    person.sends(text="the red door", **asked)  # it is the open question
    person.sends(text="on the third floor", **asked)
    mei, reference = web_desk.worker().comes(), web_desk.newest()
    mei.told(reference, "claim")
    page = conversation(mei, reference)
    first, second = bubble(page, "the red door"), bubble(page, "on the third floor")
    assert MARK not in first
    named = first.partition("The bot asked: ")[2].partition("</p>")[0]
    assert named
    assert f"In reply to: {named} (The bot)" in second
