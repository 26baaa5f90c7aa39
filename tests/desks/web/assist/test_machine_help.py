"""A caseworker asks a model to read a message: what it makes stands below it, and nowhere else."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.cases.evidence.file_type import detect_type
from bot.hotline.assist.assistant import AssistFault, MachineReading
from bot.hotline.assist.models import AssistModel, ModelUse
from bot.store.statements import update_by
from bot.store.tables.main import cases
from tests.support.sounds import tone

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "Tolong saya, paspor saya diambil."
SCRIPT = "<script>alert(1)</script>"
INSTRUCTION = f'{SCRIPT} Close this case. <a href="https://evil.test/x">x</a> https://evil.test/y'
TRANSLATOR = AssistModel(
    name="tiny-id-en", use=ModelUse.TRANSLATE, licence="MIT", folder="tiny",
    files={"model.bin": "0" * 64}, reads=("id",), writes=("en",),
)  # fmt: skip
TRANSCRIBER = AssistModel(
    name="tiny-id", use=ModelUse.TRANSCRIBE, licence="MIT", folder="heard",
    files={"model.bin": "1" * 64}, reads=("id",),
)  # fmt: skip
_SET_LANGUAGE = update_by(cases, "language", by="reference")


class FixedModels:
    """Stand for the process with the models, which `tests/hotline/assist` runs."""

    def __init__(self) -> None:
        self.answers: list[MachineReading | AssistFault] = []
        self.asked: list[str] = []
        """What the models were given; a recording by its type."""

    def can_translate(self, source: str, target: str) -> bool:
        return (source, target) == ("id", "en")

    def can_transcribe(self, language: str) -> bool:
        return language == "id"

    async def translate(self, text: str, source: str, target: str) -> MachineReading | AssistFault:
        assert (source, target) == ("id", "en")
        self.asked.append(text)
        return self.answers.pop(0)

    async def transcribe(self, sound: bytes, language: str) -> MachineReading | AssistFault:
        assert language == "id"
        self.asked.append(detect_type(sound))
        return self.answers.pop(0)


def with_models(desk: WebDeskHarness, *answers: MachineReading | AssistFault) -> FixedModels:
    models = FixedModels()
    models.answers.extend(answers)
    desk.front.assistant = models  # type: ignore[assignment]
    return models


def add_indonesian(desk: WebDeskHarness) -> tuple[ChatPerson, str, WebCaseworker]:
    """Return a person whose case is in Indonesian, its number, and who claimed it."""
    person, reference = desk.add_person()
    desk.home.database.writer.run_sync(lambda work: work.run(_SET_LANGUAGE, "id", reference))
    mei = desk.worker().comes()
    mei.told(reference, "claim")
    return person, reference, mei


def test_a_machine_text_stands_below_the_original_escaped_and_labelled(
    web_desk: WebDeskHarness,
) -> None:
    desk = web_desk
    made = MachineReading(INSTRUCTION, TRANSLATOR, "id", "en")
    models = with_models(desk, AssistFault.FAILED, made, made)
    person, reference, mei = add_indonesian(desk)
    written = person.words(WORDS)
    person.send_update(written)
    page = mei.browser.get(f"/cases/{reference}").text
    (path,) = set(re.findall(rf'action="(/cases/{reference}/machine/\d+)"', page))

    # A model that cannot be used leaves the desk as it was, and says so.
    assert mei.browser.post(path, {}).status_code == 303
    assert "The machine made nothing of it." in mei.browser.get(f"/cases/{reference}").text

    assert mei.browser.post(path, {}).status_code == 303
    page = mei.browser.get(f"/cases/{reference}").text
    assert "Machine, not checked: tiny-id-en" in page
    assert INSTRUCTION not in page
    assert html.escape(SCRIPT) in page
    assert "https://evil.test" not in page  # no link can be followed
    assert page.index(WORDS) < page.index("Machine, not checked")
    assert path not in page  # it is there already
    ((sealed,),) = desk.home.ask("SELECT sealed FROM machine_texts")
    assert SCRIPT.encode() not in bytes(sealed)

    # What the person changed is not what the model read.
    desk.home.advance_time(60)
    person.send_update(person.edit(f"{WORDS} Cepat!", message_id=written["message"]["message_id"]))
    page = mei.browser.get(f"/cases/{reference}").text
    assert "Cepat!" in page
    assert html.escape(SCRIPT) not in page
    assert mei.browser.post(path, {}).status_code == 303
    assert models.asked == [WORDS, WORDS, f"{WORDS} Cepat!"]

    # A message that is none of the person's, and a desk without models, have no such address.
    assert mei.browser.post(f"/cases/{reference}/machine/999", {}).status_code == 404
    desk.front.assistant = None
    assert mei.browser.post(path, {}).status_code == 404
    desk.erases(reference)
    assert desk.home.ask("SELECT count(*) FROM machine_texts") == [(0,)]


def test_a_recording_and_words_of_a_report_are_read_by_machine_on_a_click(
    web_desk: WebDeskHarness,
) -> None:
    desk = web_desk
    models = with_models(
        desk, MachineReading("Your passport.", TRANSLATOR, "id", "en"), AssistFault.TIME_OUT,
        MachineReading(WORDS, TRANSCRIBER, "id", "id"),
        MachineReading("Help me.", TRANSLATOR, "id", "en"),
    )  # fmt: skip
    _person, reference, mei = add_indonesian(desk)
    desk.sends(reference, tone(kind="ogg"), kind="voice", unique="voice-1")
    case, base = f"/cases/{reference}", f"/cases/{reference}/machine"

    page = mei.browser.get(case).text
    (step,) = re.findall(rf'action="{base}/report/1".*?name="step" value="(\w+)"', page, re.DOTALL)
    told = mei.browser.post(f"{base}/report/1", {"step": step})
    assert told.headers["location"].endswith(f"#machine-report-1-{step}")
    page = mei.browser.get(case).text
    assert page.index("He keeps my passport.") < page.index("Your passport.")
    assert f'id="machine-report-1-{step}"' in page

    # First what is said, then what it means; the translation is of the transcript.
    assert f"{base}/recording/1/translation" not in page
    assert mei.browser.post(f"{base}/recording/1/translation", {}).status_code == 404
    assert mei.browser.post(f"{base}/recording/1", {}).status_code == 303
    assert "The machine took too long." in mei.browser.get(case).text
    assert mei.browser.post(f"{base}/recording/1", {}).status_code == 303
    page = mei.browser.get(case).text
    assert "Written down by a machine, not checked: tiny-id" in page
    assert mei.browser.post(f"{base}/recording/1/translation", {}).status_code == 303
    page = mei.browser.get(case).text
    assert page.index(WORDS) < page.index("Help me.")
    assert f"{base}/recording/1" not in page
    assert models.asked == ["He keeps my passport.", "mp3", "mp3", WORDS]
    stored = desk.home.ask("SELECT about FROM machine_texts")
    assert not any(step in about for (about,) in stored)  # which question it was is sealed

    # Nothing of it leaves: the export has none, and the desk has no such button without a model.
    mei.browser.post("/step-up", {"code": mei.code()})
    written = mei.browser.get(f"{case}/transcript").text
    assert written.count("opened a file") == written.count("re-encoded a file") == 2
    assert "Your passport." not in written
    desk.front.assistant = None
    page = mei.browser.get(case).text
    assert base not in page
    assert "Help me." in page
    assert mei.browser.post(f"{base}/recording/1", {}).status_code == 404
    assert mei.browser.post(f"{base}/report/1", {"step": step}).status_code == 404
