"""Every transcript through the whole house, and again with every update delivered twice.

The transcripts are the engine's; here the same lines go in as Telegram's own updates, through
inbox, dispatcher, outbox and courier. What a transcript says is said, and delivering twice changes
nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pytest

from bot.conversation import CONTROLS
from bot.conversation.tools.text_session import FILE, POINT
from bot.dispatch.turn.flow_names import OFFERING_FLOWS
from bot.languages import FALLBACK, LANGUAGES
from bot.mailbox.inbox import Arrival
from bot.messages import button_token
from bot.text import Text, fold
from flows import ALL_FLOWS
from flows.information.learn import Learn
from flows.requests.afterwards import Afterwards
from flows.requests.check_in import CheckInFlow
from flows.start.welcome import Welcome
from flows.texts import organisation, phrases
from flows.urgent.danger import DangerFlow
from flows.urgent.story import Story
from tests.support.content.catalogue_files import read_in
from tests.support.dispatch_inspection import conversation_of, current_step
from tests.support.drill_length import part_of
from tests.support.harnesses.hotline_harness import ALWAYS, NEVER, HotlineHarness
from tests.support.paths import TESTS
from tests.support.people.chat_person import update_json
from tests.support.transcripts_plugin import PERSON, header_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

FOLDER = TESTS / "transcripts"
TYPED = {"my_data": "/mydata", "auto_delete": "/vanish"}
"""Flows that are begun by a command of another name."""
LAW = frozenset({
    "amounts", "decision", "duties",
    "numbers_home", "numbers_papers", "numbers_sea", "numbers_work", "numbers_young",
})  # fmt: skip
"""What this house knows of the law; a transcript in which it has expired is not spoken here."""
OF_THE_LAW = {"my_rights", "for_someone", "being_questioned", "after_decision", "phone_numbers"}
CHATS = [
    path
    for path in sorted(FOLDER.glob("*/*.chat"))
    if path.parent.name not in OF_THE_LAW
    or all(fact in path.read_text(encoding="utf-8").split("\n\n")[0] for fact in LAW)
]
OF_A_FLOW = 4
"""Transcripts of each flow that the suite speaks; the drill speaks all."""
BY_TOPIC = {
    "my_situation": "situation",
    "my_rights": "rights",
    "for_someone": "someone",
    "being_questioned": "questioned",
    "after_decision": "decided",
    "going_home": "home",
    "what_to_keep": "proof",
    "phone_numbers": "numbers",
    "despair": "despair",
    "quiz": "quiz",
}
"""Where the list of topics leads."""
BY_THE_MENU = {"report": "tell", "ask_for_help": "ask", "talk": "talk", "identify": "before"}
AFTER_SENDING = {"passphrase": "secret", "more_choices": "decide"}
"""Choices after sending that have another name than the flow they lead to."""
JUST_SENT = ("/start", "@hello", "@menu talk", "/skip", "@1")
"""What brings somebody to when we may write to them."""
AFTERWARDS = (*JUST_SENT, "/skip")
"""What brings somebody to the question after sending."""
DEPLOYED: dict[str, dict[str, Any]] = {
    "police": {"organisation_kind": "police"},
    "office": {"organisation_kind": "labour"},
    "source": {"source": "https://example.org/haven"},
    "desk_content": {"desk_group": -5, "desk_mode": "content"},
}
"""Settings that make a fact true."""
COMES_BY_ITSELF = {"sent", "just_sent", "unsent", "checks_in", "alerted"}
"""Facts that are true because of what a person did before."""
AGREED = {"agreed_office", "agreed_organisation"}
"""Every house here has agreements with all recipients."""
KNOWN_OF_THE_HOUSE = {"staffed", "rehearsal", *AGREED, *COMES_BY_ITSELF, *DEPLOYED, *LAW}
OFFERED = {"story", "urgent_details"}
"""Flows that begin by themselves, which transcripts of others do not hold."""
A_STORY = "zzz zzz zzz zzz zzz"
"""In no language."""
SAID_BY_ENGINE = re.compile(r"^bot(?: \((?:edited|fleeting)\))?: (.*)$")
FIRST_WARNINGS = (organisation.FIRST, organisation.OFFICE_FIRST, organisation.POLICE_FIRST)
"""What the welcome says of who can read the chat; no flow above it says it again."""
REFERENCE = re.compile(r"\b[346789ACDEFHJKMNPQRTWXY]{6}(?:[346789ACDEFHJKMNPQRTWXY]{4})?\b")
"""Of a case, or of a receipt."""


class House:
    """Homes for the facts transcripts ask for, each with its updates delivered so many times."""

    def __init__(self, folder: Path, times: int) -> None:
        self.folder = folder
        self.times = times
        self.homes: dict[frozenset[str], HotlineHarness] = {}

    def home(self, known: frozenset[str]) -> HotlineHarness:
        if known not in self.homes:
            folder = self.folder / f"{len(self.homes)}-{self.times}"
            folder.mkdir()
            self.homes[known] = HotlineHarness(
                folder,
                rehearsal="rehearsal" in known,
                hours=ALWAYS if "staffed" in known else NEVER,
                **{name: value for fact in known for name, value in DEPLOYED.get(fact, {}).items()},
            )
            if "staffed" in known:
                self.homes[known].colleague(languages=())
        return self.homes[known]

    def close(self) -> None:
        for home in self.homes.values():
            home.close()


class Speaker:
    """One person who speaks the lines of a transcript."""

    def __init__(self, house: House, language: str, known: frozenset[str]) -> None:
        self.home = house.home(known)
        self.times = house.times
        self.language = language
        self.flow = ""
        self.person: ChatPerson = self.home.person(language)

    def words(self, text: Text) -> str:
        return text.render(read_in(self.language))

    def does(self, update: dict[str, Any]) -> None:
        number = self.home.next_update
        self.home.next_update += 1
        arrival = Arrival.of(number, update_json(number, update))
        self.home.receive_updates(*[Arrival.of(number, arrival.raw) for _ in range(self.times)])
        if self.times > 1:  # and once more, in a batch of its own
            self.home.receive_updates(Arrival.of(number, arrival.raw))

    def arrives(self, flow: str) -> None:  # noqa: C901 - a row for each way in
        """Come to where a transcript of that flow begins."""
        if flow in OFFERED:
            self._writes(A_STORY)
            if flow == "urgent_details":
                self._press(self.words(Story.give.choices["give"]))
        elif flow == "return_check":
            self._speak("/start", "@hello", "@menu tell", "@1")
            self.home.advance_time(3600)
            self._speak("x")
        elif flow == "resume":
            self._speak("/start", "@hello", "@menu tell", "@1", "/start")
        elif flow in {"contact", "afterwards"}:
            self._speak(*(JUST_SENT if flow == "contact" else AFTERWARDS))
        elif flow in {"passphrase", "receipt", "check_in", "more_choices"}:
            self._speak(*AFTERWARDS)
            self._press(self.words(Afterwards.what_now.choices[AFTER_SENDING.get(flow, flow)]))
        elif flow == "notice_changed":
            self._speak("/start", "@hello", "@menu tell")
            other = {"keep_days": 181 - self.home.settings.keep_days}
            self.home.settings = replace(self.home.settings, **other)
            self.home.restart()
            self._speak("@1")
        elif flow == "welcome":
            self._speak("/start")
        elif flow == "learn" or flow in BY_TOPIC:
            self._speak("/start", "@hello", "@menu know")
            if flow in BY_TOPIC:
                self._press(self.words(Learn.topic.choices[BY_TOPIC[flow]]))
        elif flow in BY_THE_MENU:
            self._speak("/start", "@hello", f"@menu {BY_THE_MENU[flow]}")
        else:
            self._speak("/start", "@hello", TYPED.get(flow, f"/{flow}"))

    def alerts_staff(self) -> None:
        """Let staff be told of danger."""
        self._speak("/danger")
        self._press(self.words(DangerFlow.tell.choices["now"]))

    def agrees_on_an_hour(self) -> None:
        """Agree on one, and come back to where another could be."""
        self.arrives("check_in")
        self._speak("6", "@1", "@1", "mangga tua")
        self._press(self.words(CheckInFlow.wants_second.choices["no"]))
        self._press(self.words(CheckInFlow.send.choices["send"]))
        for _ in range(2):  # an old button brings the question again
            self._press(self.words(Afterwards.what_now.choices["check_in"]))

    def begins_to_tell(self, *, again: bool) -> None:
        """Answer one question of a report and send nothing."""
        if again:
            self._press(self.words(Afterwards.what_now.choices["tell"]))
        else:
            self._speak("/start", "@hello", "@menu tell")
        self.speaks("@1")

    def _speak(self, *lines: str) -> None:
        for line in lines:
            self.speaks(line)

    def speaks(self, line: str) -> None:
        if line == "@hello":
            self._press(LANGUAGES[self.language].own_name)
        elif line == "@1":
            self.does(self.person.press(self._tokens()[0][1]))
        elif line.startswith("@menu "):
            self._press(self.words(Welcome.menu.choices[line.removeprefix("@menu ")]))
        elif line.startswith("/") and line[1:] in CONTROLS:
            label = self.words(CONTROLS[line[1:]])
            if not self._press(label, must=False):
                self._writes(label)  # there was no room for its button
        elif point := POINT.fullmatch(line):
            place = {"latitude": float(point[1]), "longitude": float(point[2])}
            self.does(self.person.message(location=place))
        elif FILE.match(line):
            for content in _files(line):
                self.does(self.person.message(**content))
        elif not self._press(line, must=False):
            self._writes(line.replace("\\n", "\n"))

    def _writes(self, words: str) -> None:
        """Write words; close what they bring in a chat, and not in a transcript of one flow."""
        self.home.let_read(self.person.id)
        self.does(self.person.words(words))
        if self.flow not in OFFERED:
            self._press(self.words(Story.give.choices["go_on"]), must=False)
        not_yet = self.words(DangerFlow.tell.choices["not_yet"])
        is_aside = self.flow not in OFFERING_FLOWS and not words.startswith("/")
        if is_aside and not_yet in [name for name, _ in self._tokens()]:
            self._press(not_yet)

    def _press(self, label: str, *, must: bool = True) -> bool:
        wanted = {fold(label), *(fold(self.words(text)) for text in _phrases(label))}
        found = [token for name, token in self._tokens() if fold(name) in wanted]
        assert found or not must, f"no button {label}: {[name for name, _ in self._tokens()]}"
        if found:
            self.does(self.person.press(found[0]))
        while self.flow not in OFFERED and self._is_in("urgent_details"):
            self.does(self.person.press(dict(self._tokens())[self.words(CONTROLS["skip"])]))
        return bool(found)

    def _is_in(self, flow: str) -> bool:
        if conversation_of(self.person) is None:
            return False
        step = current_step(self.person)
        return step is not None and step[0] == flow

    def _tokens(self) -> list[tuple[str, str]]:
        if not any(say.rows for say in self.person.screen):
            return []
        prefix = self.person.asked()[1].prefix
        return [
            (button.label.lstrip("✓ ").lstrip("0123456789 "), button_token(button, prefix))
            for button in self.person.buttons()
        ]

    def heard(self) -> list[str]:
        return [REFERENCE.sub("REFERENCE", text) for text in self.home.post.texts(self.person.id)]


@cache
def _all_phrases() -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    texts = [text for flow in ALL_FLOWS for step in flow.steps for text in step.phrases()]
    for text in [*texts, *CONTROLS.values()]:
        found.setdefault(text.source, []).append(text)
    return found


def _phrases(english: str) -> list[Text]:
    return _all_phrases().get(english, [])


def _files(line: str) -> Iterator[dict[str, Any]]:
    caption = FILE.sub("", line).strip()
    for place, (kind, name) in enumerate(FILE.findall(line)):
        about = {"file_id": f"f{place}", "file_unique_id": f"u{place}", "file_size": 9}
        if kind == "document":
            about["file_name"] = name
        content: Any = [{**about, "width": 1, "height": 1}] if kind == "photo" else about
        if kind in {"voice", "audio", "video", "animation"}:
            content |= {"duration": 1, "width": 1, "height": 1}
        yield {kind: content} | ({"caption": caption} if caption and place == 0 else {})


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    folder = tmp_path_factory.mktemp("houses")
    once, twice = House(folder, 1), House(folder, 2)
    yield once, twice
    once.close()
    twice.close()


def spoken_in(
    house: House, header: dict[str, str], known: frozenset[str], lines: list[str]
) -> list[str]:
    """Let one person speak the lines of a transcript; return what they were told."""
    speaker = Speaker(house, header["language"] or FALLBACK, known - COMES_BY_ITSELF - LAW)
    speaker.flow = header["flow"]
    if "alerted" in known:
        speaker.alerts_staff()
    if "just_sent" in known:
        speaker.arrives("contact")
    elif "sent" in known and header["flow"] not in {"afterwards", "more_choices"}:
        speaker.arrives("afterwards")
    if "sent" in known and header["flow"] in TYPED:
        speaker.speaks(TYPED[header["flow"]])
    elif "just_sent" in known:
        pass
    elif "checks_in" in known:
        speaker.agrees_on_an_hour()
    elif "unsent" in known:
        speaker.begins_to_tell(again="sent" in known)
        speaker.speaks(f"/{header['flow']}")
    elif "alerted" not in known:
        speaker.arrives(header["flow"])
    for line in lines:
        speaker.speaks(line)
    return speaker.heard()


def instead_of(heard: list[str], header: dict[str, str], house: House) -> list[str]:
    """Return what would have been said without a welcome, or if staff read nothing."""
    words = read_in(header["language"] or FALLBACK)
    (home, *_) = house.homes.values()
    first = [text.render(words).partition("\n")[2] for text in FIRST_WARNINGS]
    was_warned = any(warning in text for text in heard for warning in first)
    said_before = [text.render(words) for text in (phrases.OPENING, phrases.PHONE_WARNING)]
    once_read = [
        before.render(words)
        for before, instead in home.house.setting.texts.once_read.items()
        if "sent" in header["known"] and instead.render(words) in heard
    ]
    return [*once_read, *(said_before if was_warned else [])]


def differences(path: Path, houses: tuple[House, House]) -> list[str]:
    """Return what is said only once or only twice, and lines of the transcript not said at all."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = header_of([line for line in lines if line.startswith("#")], path.parent.name)
    known = frozenset(filter(None, (fact.strip() for fact in header["known"].split(","))))
    assert known <= KNOWN_OF_THE_HOUSE
    spoken = [line[len(PERSON) :].strip() for line in lines if line.startswith(PERSON)]
    once, twice = (spoken_in(house, header, known, spoken) for house in houses)
    said = "\n".join([*once, *instead_of(once, header, houses[0])])
    written = [found[1] for line in lines if (found := SAID_BY_ENGINE.match(line))]
    return [
        *(f"{one!r} once, {two!r} twice" for one, two in zip_longest(once, twice) if one != two),
        *(f"{line!r} is not said" for line in written if "{" not in line and line not in said),
    ]


@pytest.mark.parametrize("flow", sorted({path.parent.name for path in CHATS}))
def test_a_transcript_is_the_same_when_everything_comes_twice(
    flow: str, houses: tuple[House, House]
) -> None:
    paths = part_of([path for path in CHATS if path.parent.name == flow], OF_A_FLOW)
    found = {path.stem: differences(path, houses) for path in paths}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_transcripts_are_the_ones_there_are() -> None:
    assert len(CHATS) > 150
    assert {path.parent.name for path in CHATS} >= {flow.name for flow in ALL_FLOWS}


def test_a_line_that_is_not_said_is_found(houses: tuple[House, House], tmp_path: Path) -> None:
    (tmp_path / "talk").mkdir()
    wrong = tmp_path / "talk" / "wrong.chat"
    wrong.write_text("# flow: talk\n# known: staffed\n\nbot: This is not said.\n", encoding="utf-8")
    assert differences(wrong, houses) == ["'This is not said.' is not said"]
