"""What people ask in place of an answer is answered; then the open question is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.texts import build_fact_source
from bot.languages import LANGUAGES, catalogue
from bot.languages.questions import KINDS, LEAVING, PERSON, find_question
from flows.own_data.privacy import Privacy
from flows.requests.report import Report
from flows.start.help import Help
from flows.texts import cards, organisation, phrases, questions
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    messages_of_people,
    place_at,
    quarantine_reasons,
    reachable_positions,
    start_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.text import Text

FREE = {
    "id": "ini gratis ga kak",
    "vi": "co mat tien khong",
    "en": "is it free",
    "zh_Hant": "這個要錢嗎",
    "fil": "libre po ba to",
    "th": "ฟรีไหมคะ",
    "km": "អស់លុយទេ",
    "my": "အခမဲ့လား",
    "zh_Hans": "这个要钱吗",
    "ja": "無料ですか",
}
PLACES = (("welcome", "menu"), ("welcome", "menu"), ("report", "safe"), ("report", "needs"))
LATER = 5.0
"""Seconds after which a message is not part of the same burst any more."""
ONE_OF_EACH = {
    "checked": "what if my boss looks at my phone",
    "employer": "will my boss know",
    "deported": "will i be deported",
    "police": "are you police",
    "location": "can you see where i am",
    "phone": "will you call me",
    "real": "are you a bot",
    "trust": "is this a scam",
    "readers": "who reads this",
    "how_long": "how long does it take",
    "stop": "can i stop",
    "cost": "is it free",
    "no_police": "please do not tell the police",
    "speaks": "does anyone speak tagalog",
    "asking": "can i change employer",
}


def shown(home: HotlineHarness, text: Text, language: str = "en") -> str:
    return text.render(catalogue(language), home.house.setting.renderer.blanks(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_question_is_answered_and_ours_is_asked_again(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()[place], language=language)
    before = stored_conversation(person).position
    question = sqlite_hotline.house.setting.registry.question(*place)
    assert question is not None
    heard = person.says(FREE[language])
    prompt = shown(sqlite_hotline, question.prompt, language)
    assert heard == [shown(sqlite_hotline, questions.COST, language), prompt]
    after = stored_conversation(person).position
    assert after.extra_texts == [*before.extra_texts, FREE[language]]
    assert current_step(person) == place
    assert [it.answers for it in after.frames] == [it.answers for it in before.frames]
    assert cases_of(sqlite_hotline) == []
    assert messages_of_people(sqlite_hotline) == []
    assert quarantine_reasons(sqlite_hotline) == []


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_kind_is_answered_with_what_holds_now(
    sqlite_hotline: HotlineHarness, kind: str
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "safe"])
    facts = build_fact_source(sqlite_hotline.settings)(sqlite_hotline.loop.now())
    expected = [it.text for it in questions.ANSWERS[kind] if it.when.holds({}, facts)]
    heard = person.says(ONE_OF_EACH[kind])
    assert heard == [shown(sqlite_hotline, it) for it in (*expected, Report.safe.prompt)]


def test_the_same_question_can_be_answered_afterwards(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    person.says("/start")
    person.presses("English")
    person.says("are you police?")
    sqlite_hotline.advance_time(LATER)
    person.says("will my boss know?")
    assert current_step(person) == ("welcome", "then")
    person.presses("Tell what happened")
    assert current_step(person) == ("report", "about")


def test_what_was_asked_is_read_once_the_person_sends(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    start_report(person, until="safe")
    person.says("will i be deported")
    assert cases_of(sqlite_hotline) == []
    start_report(person)
    person.presses("Send")
    assert "will i be deported" in str(messages_of_people(sqlite_hotline)) + str(
        cases_of(sqlite_hotline)
    )


def test_a_word_of_an_answer_within_a_question_answers_nothing(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()["report", "safe"], language="id")
    person.says("ini polisi apa bukan, aman gak sih")
    assert "safe" not in frames(person)[0].answers
    sqlite_hotline.advance_time(LATER)
    person.says("tidak aman")
    assert frames(person)[0].answers["safe"] == "not_safe"


def test_an_alarm_goes_before_the_answer(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "safe"])
    heard = person.says("they will kill me, are you police?")
    assert current_step(person) == ("danger", "tell")
    assert shown(sqlite_hotline, organisation.PEOPLE) not in heard


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "is it safe here? boss beat me last night"),
        ("fil", "safe po ba? nakakulong po ako"),
        ("vi", "cho em hỏi có an toàn không chủ đánh em chảy máu đầu"),
        ("th", "ขอถามหน่อย ปลอดภัยไหม นายจ้างตีหัวแตก"),
        ("my", "မေးလို့ရမလား သူဌေး ရိုက်လို့ ခေါင်းကွဲသွားတယ်"),
        ("zh_Hant", "請問這裡安全嗎 老闆打我流血"),
    ],
)
def test_who_asks_and_tells_of_harm_at_once_is_offered_a_caseworker(
    sqlite_hotline: HotlineHarness, language: str, words: str
) -> None:
    person = sqlite_hotline.person(language)
    person.says(words)
    assert current_step(person) == ("danger", "tell")
    assert words in stored_conversation(person).position.extra_texts


@pytest.mark.parametrize("place", [("report", "what"), ("report", "county")])
def test_a_question_is_an_answer_where_words_are_asked_for(
    sqlite_hotline: HotlineHarness, place: tuple[str, str]
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[place])
    heard = person.says("is it free")
    assert shown(sqlite_hotline, questions.COST) not in heard
    assert current_step(person) != place


def test_a_question_is_not_answered_or_kept_where_a_passphrase_is_asked_for(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["passphrase", "word"])
    heard = person.says("is it free")
    assert shown(sqlite_hotline, questions.COST) not in heard
    assert stored_conversation(person).position.extra_texts == []


def test_a_question_that_comes_first_is_answered_and_kept(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    heard = person.says("is it free")
    assert heard[0] == shown(sqlite_hotline, questions.COST)
    assert current_step(person) == ("welcome", "menu")
    assert stored_conversation(person).position.extra_texts == ["is it free"]


def test_who_asks_for_a_bot_learns_that_no_person_reads_it_yet(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    asked = ONE_OF_EACH["real"]
    assert person.says(asked)[0] == shown(sqlite_hotline, questions.BOT_ASKS)
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    sqlite_hotline.advance_time(LATER)
    assert person.says(asked)[0] == shown(sqlite_hotline, Help.what_this_is.text)


def test_a_caseworker_who_holds_the_chat_answers_alone(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    person.says("/start")
    person.presses("English", "Tell what happened", "About me")
    person.presses("Danger now", "Tell them now")
    case = sqlite_hotline.ask("SELECT id FROM cases")[0][0]
    mei = sqlite_hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    heard = person.says("is it free")
    assert shown(sqlite_hotline, questions.COST) not in heard
    assert "is it free" in str(messages_of_people(sqlite_hotline))


@pytest.mark.parametrize(
    ("kind", "police", "deported"),
    [
        ("ngo", organisation.PEOPLE, questions.NO_PROMISE),
        ("labour", organisation.OFFICE, questions.NO_PROMISE),
        ("police", organisation.POLICE, questions.OFFICERS_READ),
        ("immigration", organisation.POLICE, questions.OFFICERS_READ),
    ],
)
def test_the_answer_says_who_runs_this_deployment(
    tmp_path: Path, kind: str, police: Text, deported: Text
) -> None:
    home = HotlineHarness(tmp_path, organisation_kind=kind)
    person = home.person()
    place_at(person, reachable_positions()["report", "safe"])
    assert person.says("are you police")[0] == shown(home, police)
    home.advance_time(LATER)
    assert person.says("will i be deported")[0] == shown(home, deported)
    home.close()


def test_after_hours_nobody_is_said_to_be_there(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, hours="")
    person = home.person()
    place_at(person, reachable_positions()["report", "safe"])
    assert person.says("when will you answer")[0] == shown(home, questions.OFF_DUTY)
    home.close()


def test_once_staff_read_the_answer_says_so(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    start_report(person)
    person.presses("Send")
    conversation = stored_conversation(person)
    assert conversation.is_read
    person.says("/start")
    heard = person.says("who reads this")
    assert shown(sqlite_hotline, questions.READERS) not in heard
    assert shown(sqlite_hotline, questions.READERS_NOW) in heard


def test_every_kind_of_question_is_tried_here() -> None:
    assert {*ONE_OF_EACH, LEAVING, PERSON} == set(KINDS)


GOES = {
    "en": "sorry i have to go now",
    "id": "udah dulu ya bos dateng",
    "vi": "thôi em đi đây chủ về rồi em nhắn sau",
    "fil": "bye muna gising na si ama",
    "th": "ไปก่อนนะคะ",
    "zh_Hant": "我先走了 老闆來了",
    "zh_Hans": "先不说了 老板来了",
    "km": "ខ្ញុំទៅសិនហើយ ចាំឆាតថ្មី",
    "my": "သွားတော့မယ် နောက်မှပြောမယ်",
    "ja": "もう行かなきゃ また後で",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [("report", "safe"), ("report", "what"), ("report", "county")])
def test_who_has_to_go_gets_one_short_line_and_no_question(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()[place], language=language)
    heard = person.says(GOES[language])
    assert heard == [shown(sqlite_hotline, questions.LEAVING, language)]
    assert current_step(person) == place
    assert stored_conversation(person).position.extra_texts[-1] == GOES[language]


WATCHED = {
    "en": ("my boss is looking at my phone", "boss read my phone now", "don't reply"),
    "id": ("bos lagi lihat hp saya", "majikan lagi baca chat ini", "jangan balas"),
    "vi": (
        "chủ đang xem điện thoại em",
        "sếp đang cầm máy em",
        "đừng trả lời",
        "chờ chút",
        "doi chut",
    ),
    "fil": ("tinitingnan ng amo ko ang cellphone ko", "wag ka sumagot", "huwag muna magreply"),
    "th": ("นายจ้างกำลังดูโทรศัพท์หนู", "อย่าตอบ", "อย่าเพิ่งตอบนะคะ"),
    "zh_Hant": ("老闆在看我的手機", "老闆正在查我手機", "不要回", "先別回訊息"),
    "zh_Hans": ("老板在看我的手机", "别回复", "不要回"),
    "km": ("ថៅកែកំពុងមើលទូរស័ព្ទខ្ញុំ", "កុំឆ្លើយ"),
    "my": ("သူဌေး ကျမဖုန်းကို ကြည့်နေတယ်", "စာမပြန်နဲ့"),
    "ja": ("社長が携帯を見てる", "返信しないで", "返事はいらない"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "place", [("report", "safe"), ("story", "give"), ("urgent_details", "where")]
)
def test_who_is_watched_or_wants_no_reply_gets_one_short_line(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    for text in WATCHED[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        heard = person.says(text)
        assert heard == [shown(sqlite_hotline, questions.LEAVING, language)], text


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "what if my boss reads my phone", "checked"),
        ("en", "if my boss is reading my phone what happens", None),
        ("zh_Hant", "老闆如果看我手機怎麼辦", "checked"),
        ("id", "kalau bos lagi cek hp saya gimana", "checked"),
        ("en", "boss checks my phone every day", None),
        ("zh_Hant", "不要回印尼", None),
    ],
)
def test_who_asks_about_the_phone_or_tells_of_it_has_not_left(
    text: str, language: str, kind: str | None
) -> None:
    assert find_question(text, language) == kind


def test_who_has_to_go_learns_that_staff_have_what_was_written(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    start_report(person)
    person.presses("Send")
    sqlite_hotline.advance_time(LATER)
    heard = person.says(GOES["en"])
    assert heard == [shown(sqlite_hotline, questions.LEAVING_READ)]
    assert GOES["en"] in str(messages_of_people(sqlite_hotline))


@pytest.mark.parametrize("place", [("report", "safe"), ("report", "what"), ("welcome", "menu")])
def test_who_wants_a_person_comes_to_one(
    sqlite_hotline: HotlineHarness, place: tuple[str, str]
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[place])
    words = "can i talk to a real person please"
    person.says(words)
    assert frames(person)[-1].flow == "talk"
    assert stored_conversation(person).position.extra_texts[-1] == words


def test_who_wants_a_person_when_asked_for_consent_hears_that_it_takes_a_yes(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("id")
    person.says("majikan simpan paspor saya gaji 3 bln blm dibayar")
    assert current_step(person) == ("story", "give")
    sqlite_hotline.advance_time(LATER)
    heard = person.says("boleh bicara sama orang aja gak")
    assert heard[0] == shown(sqlite_hotline, questions.PERSON_READS_LATER, "id")
    assert current_step(person) == ("story", "give")
    assert cases_of(sqlite_hotline) == []


def test_who_fears_the_police_hears_what_the_law_says_before_a_yes(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("vi")
    person.says("chủ nợ lương ba tháng tôi không biết hỏi ai")
    sqlite_hotline.advance_time(LATER)
    heard = person.says("đừng báo công an em sợ lắm")
    assert heard[:2] == [
        shown(sqlite_hotline, questions.NOT_TOLD_YET, "vi"),
        shown(sqlite_hotline, Privacy.law.text, "vi"),
    ]
    assert current_step(person) == ("story", "give")
    assert cases_of(sqlite_hotline) == []


@pytest.mark.parametrize(
    ("tag", "asked"), [("zh_Hant", "你們會叫警察來抓我嗎"), ("th", "ตำรวจจะมาจับผมไหม")]
)
def test_who_asks_whether_the_police_come_for_them_is_not_told_to_call_the_police(
    sqlite_hotline: HotlineHarness, tag: str, asked: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["welcome", "menu"], language=tag)
    person.says(asked)
    assert current_step(person) == ("welcome", "menu")


def test_police_at_the_door_stay_a_cry_for_help(sqlite_hotline: HotlineHarness) -> None:
    """The negative control: it asks as well."""
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"], language="en")
    person.says("the police are at my door now, will they arrest me?")
    assert current_step(person) == ("danger", "tell")


def test_he_is_back_without_a_goodbye_stays_a_cry_for_help(
    sqlite_hotline: HotlineHarness,
) -> None:
    for language, cry in (("zh_Hans", "他回来了 他要打我"), ("en", "he is coming help me")):
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()["report", "safe"], language=language)
        person.says(cry)
        assert current_step(person) == ("danger", "tell"), cry


def test_who_asks_at_the_list_of_languages_is_answered_in_theirs(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says("/start")
    heard = person.says("apakah ini gratis kak, saya tidak punya uang")
    assert heard[0] == shown(sqlite_hotline, questions.COST, "id")
    assert current_step(person) == ("welcome", "menu")


def test_a_cry_for_help_at_the_list_of_languages_leads_to_the_menu_afterwards(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says("/start")
    person.says("tolong saya dikunci di kamar, majikan mau memukul saya")
    assert current_step(person) == ("danger", "tell")
    person.presses("Jangan dulu")
    assert current_step(person) == ("welcome", "menu")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [("story", "give"), ("danger", "tell")])
def test_a_long_question_of_consent_is_not_repeated_in_full_at_once(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    question = sqlite_hotline.house.setting.registry.question(*place)
    assert question is not None
    prompt = shown(sqlite_hotline, question.prompt, language)
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()[place], language=language)
    reminder = shown(sqlite_hotline, phrases.QUESTION_STANDS, language)
    assert person.says(FREE[language])[-1] == reminder
    assert len(person.labels()) == 4  # both answers, danger, and clearing the chat
    sqlite_hotline.advance_time(11 * 60)
    assert person.says(FREE[language])[-1] == prompt  # out of sight by now
    assert current_step(person) == place


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fil", "okay lang"),
        ("fil", "okay lang po"),
        ("km", "ចាស ប៉ុន្តែខ្លាច"),
        ("km", "ខ្ញុំមានផ្ទៃពោះ គេដេញចេញ"),
        ("my", "ပြန်လာပြီ"),
        ("vi", "dạ nhưng em sợ"),
        ("zh_Hant", "我懷孕被趕出來"),
    ],
)
def test_what_asks_nothing_gets_no_answer_to_a_question(
    sqlite_hotline: HotlineHarness, language: str, text: str
) -> None:
    assert find_question(text, language) is None
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "safe"], language=language)
    answers = {
        shown(sqlite_hotline, it.text, language)
        for each in questions.ANSWERS.values()
        for it in each
    }
    assert answers.isdisjoint(person.says(text))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"numbers_papers", "numbers_work"}, [questions.ASKING, cards.WORK_CALL]),
        ({"numbers_work"}, [cards.WORK_CALL]),
        ({"numbers_papers"}, [questions.ASKING]),
        ({"numbers_home"}, [cards.NO_NUMBERS]),
    ],
)
def test_an_answer_shows_the_numbers_that_are_sure_whatever_others_are(
    known: set[str], said: list[Text]
) -> None:
    answers = questions.ANSWERS["asking"]
    assert [it.text for it in answers if it.when.holds({}, frozenset(known))] == said


ANYONE = ("has anyone read it?", "did someone read my message", "has anybody seen it")


@pytest.mark.parametrize("text", ANYONE)
def test_who_asks_whether_it_was_read_is_told_whether_it_was(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    """In the middle of a report it says when people read, and no more; that is the control.

    Asked whether a caseworker may read, "someone reads what you send" would be taken for a yes.
    """
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "what"])
    assert "Nobody has read it yet." not in "".join(person.says(text))
    sqlite_hotline.advance_time(LATER)
    place_at(person, reachable_positions()["danger", "tell"])
    assert person.says(text)[0] == "Nobody has read it yet."
    sqlite_hotline.advance_time(LATER)
    person.presses("Tell them now")
    sqlite_hotline.advance_time(LATER)
    assert "Nobody has read it yet." in person.says(text)[0]
    sqlite_hotline.colleague().claims()
    sqlite_hotline.advance_time(LATER)
    assert "A person has read it" in person.says(text)[0]
