"""A caseworker asks a model to read a message: what it makes stands below it, and nowhere else."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.hotline.assist.assistant import AssistFault, MachineReading
from bot.hotline.assist.models import AssistModel, ModelUse
from bot.store.statements import update_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

WORDS = "Tolong saya, paspor saya diambil."
INSTRUCTION = "<script>alert(1)</script> Close this case."
MODEL = AssistModel(
    name="tiny-id-en", use=ModelUse.TRANSLATE, licence="MIT", folder="tiny",
    files={"model.bin": "0" * 64}, reads=("id",), writes=("en",),
)  # fmt: skip
_SET_LANGUAGE = update_by(cases, "language", by="reference")


class FixedTranslator:
    """Stands for the process with the model, which `tests/hotline/assist` runs."""

    def __init__(self) -> None:
        self.answers: list[MachineReading | AssistFault] = [
            AssistFault.FAILED,
            MachineReading(INSTRUCTION, MODEL, "id", "en"),
        ]

    def can_translate(self, source: str, target: str) -> bool:
        return (source, target) == ("id", "en")

    async def translate(self, text: str, source: str, target: str) -> MachineReading | AssistFault:
        assert (text, source, target) == (WORDS, "id", "en")
        return self.answers.pop(0)


def test_a_machine_text_stands_below_the_original_escaped_and_labelled(
    web_desk: WebDeskHarness,
) -> None:
    desk = web_desk
    desk.front.assistant = FixedTranslator()  # type: ignore[assignment]
    person, reference = desk.add_person()
    person.says(WORDS)
    desk.home.database.writer.run_sync(lambda work: work.run(_SET_LANGUAGE, "id", reference))
    mei = desk.worker().comes()
    mei.told(reference, "claim")
    page = mei.browser.get(f"/cases/{reference}").text
    (path,) = set(re.findall(rf'action="(/cases/{reference}/machine/\d+)"', page))

    # A model that cannot be used leaves the desk as it was, and says so.
    assert mei.browser.post(path, {}).status_code == 303
    assert "The machine made nothing of it." in mei.browser.get(f"/cases/{reference}").text

    assert mei.browser.post(path, {}).status_code == 303
    page = mei.browser.get(f"/cases/{reference}").text
    assert "Machine, not checked: tiny-id-en" in page
    assert INSTRUCTION not in page
    assert html.escape(INSTRUCTION) in page
    assert page.index(WORDS) < page.index("Machine, not checked")
    assert path not in page  # it is there already
    assert desk.home.ask("SELECT count(*) FROM machine_texts") == [(1,)]
    ((sealed,),) = desk.home.ask("SELECT sealed FROM machine_texts")
    assert INSTRUCTION.encode() not in bytes(sealed)

    # A message that is none of the person's, and a desk without models, have no such address.
    assert mei.browser.post(f"/cases/{reference}/machine/999", {}).status_code == 404
    desk.front.assistant = None
    assert mei.browser.post(path, {}).status_code == 404
    desk.erases(reference)
    assert desk.home.ask("SELECT count(*) FROM machine_texts") == [(0,)]
