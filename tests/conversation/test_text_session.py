"""Conversations in plain text: the terminal, and transcripts."""

from __future__ import annotations

from gettext import NullTranslations

import pytest

from bot.conversation import FileRef, FilesInput, LocationInput, PressInput
from bot.conversation.inputs import TextInput as Written
from bot.conversation.tools.text_session import TextSession
from tests.support.content.small_flows import BOOK, NOTHING
from tests.support.transcripts_plugin import all_flows, catalogue, differences, header_of, replay

ENGLISH = NullTranslations()

TRANSCRIPT = """\
# A person who is not safe reads whom to call first.
# known: staffed

bot: Others may read this.
bot: About whom?
     [1 Me] [2 Another]

  > Me
bot: Safe now?
     [1 Yes] [2 No]
  > no
bot: Call {numbers}.
bot: Tell a caseworker?
     [1 Now] [2 Not yet]
# and then goes on
  > 1
bot: Told.
== tell_now
bot: Thank you.
bot: What happened?
  > They kept my passport
bot: Sent.
== report_submitted
"""


def english(_tag: str) -> NullTranslations:
    return ENGLISH


def replayed(text: str, *, restarts: bool = False, folder: str = "small") -> str:
    return replay(text, folder, book=BOOK, restarts=restarts, read_in=english)


def rehearsed(*lines: str, flow: str = "small") -> list[str]:
    said: list[str] = []
    waiting = iter(lines)
    TextSession(BOOK, flow, ENGLISH).run(lambda: next(waiting, None), said.append)
    return said


def test_a_rehearsal_shows_numbered_choices_and_ways_on() -> None:
    assert rehearsed() == [
        "bot: Others may read this.",
        "bot: About whom?",
        "     [1 Me] [2 Another]",
        "     /skip (Skip) /why (Why do you ask?) /person (Talk to a person)",
    ]


def test_a_rehearsal_ends_with_the_conversation() -> None:
    assert rehearsed("2", "A house", "never read")[-2:] == ["bot: Sent.", "== report_submitted"]


def test_a_rehearsal_fills_the_blanks_it_is_given() -> None:
    said: list[str] = []
    session = TextSession(BOOK, "danger", ENGLISH, blanks={"numbers": "110\n112"})
    session.run(lambda: None, said.append)
    assert said[:2] == ["bot: Call 110", "     112."]


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("Me", PressInput("me")),
        ("  ME ", PressInput("me")),
        ("Skip", PressInput("skip")),
        ("/skip", PressInput("skip")),
        ("2", Written("2")),
        ("one\\ntwo", Written("one\ntwo")),
        ("<photo> my door", FilesInput((FileRef("file1", "photo"),), "my door")),
        ("<document lease.pdf>", FilesInput((FileRef("file1", "document", name="lease.pdf"),))),
        ("<photo> <photo>", FilesInput((FileRef("file1", "photo"), FileRef("file2", "photo")))),
        ("<location 25.03,121.56>", LocationInput(25.03, 121.56)),
        ("<location here>", Written("<location here>")),
        ("/unheard_of", Written("/unheard_of")),
    ],
)
def test_a_line_means_what_it_looks_like(line: str, heard: object) -> None:
    session = TextSession(BOOK, "small", ENGLISH, facts=NOTHING)
    session.begin()
    assert session.parse_line(line) == heard


def test_what_can_be_typed_anywhere_begins_its_flow() -> None:
    said = rehearsed("/aside")
    assert said[4:7] == ["bot: This is how it works.", "bot: That is all.", "bot: About whom?"]


def test_a_transcript_that_is_true_has_no_differences() -> None:
    assert replayed(TRANSCRIPT) == TRANSCRIPT
    assert replayed(TRANSCRIPT, restarts=True) == TRANSCRIPT


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("bot: Safe now?", "bot: Safe?"),
        ("[1 Yes] [2 No]", "[1 Yes] [2 No] [3 Maybe]"),
        ("== tell_now\n", ""),
        ("bot: Thank you.\n", ""),
    ],
)
def test_a_transcript_that_is_not_true_is_told_apart(true: str, false: str) -> None:
    written = TRANSCRIPT.replace(true, false)
    assert differences(written, replayed(written))


def test_updating_writes_what_is_said_and_keeps_remarks_and_the_persons_lines() -> None:
    written = TRANSCRIPT.replace("bot: Safe now?", "bot: Are you safe?")
    assert replayed(written) == TRANSCRIPT


def test_a_transcript_begins_as_the_persons_lines_alone() -> None:
    lines = [line for line in TRANSCRIPT.splitlines() if line.startswith(("#", "  >"))]
    assert differences(TRANSCRIPT, replayed("\n".join(lines))) == ""


def test_a_person_cannot_speak_after_the_end() -> None:
    with pytest.raises(ValueError, match="line 24: nothing is asked any more"):
        replayed(TRANSCRIPT + "  > hello\n")


def test_a_transcript_of_no_flow_says_so() -> None:
    with pytest.raises(ValueError, match="no flow nowhere"):
        replayed("  > hello", folder="nowhere")


def test_the_header_names_flow_language_and_facts() -> None:
    assert header_of(["# A remark: with a colon", "# flow: talk", "# known: a, b"], "x") == {
        "flow": "talk",
        "language": "en",
        "known": "a, b",
    }


def test_a_language_chosen_on_the_way_is_read_from_there_on() -> None:
    class Upper(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    text = replay(
        "  > ไทย\n",
        "welcome",
        book=all_flows(),
        read_in=lambda tag: Upper() if tag == "th" else ENGLISH,
    )
    assert "bot: WHAT WOULD YOU LIKE TO DO?" in text.splitlines()


def test_english_is_the_source_itself() -> None:
    assert catalogue("en").gettext("Hello") == "Hello"
