"""What models made of a case's words and recordings, as the page of the case shows it.

An export is made without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.hotline.assist import machine_texts
from bot.hotline.assist.machine_texts import about_file, about_recording
from bot.hotline.assist.models import ModelUse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.hotline.assist.machine_texts import StoredMachineText
    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class MachineHelpView:
    """Machine texts of a case, and what this caseworker can ask for."""

    made: Mapping[str, Sequence[StoredMachineText]] = field(default_factory=dict)
    """By what they were made from: `message/12`, `report/1/story`, `file/` and the number."""
    language: str = ""
    """The language into which a model translates: the reader's."""
    can_translate: bool = False
    can_transcribe: bool = False

    def of(self, about: str, since: int = 0) -> Sequence[StoredMachineText]:
        """Return what was made of something since its words were last changed."""
        return [it for it in self.made.get(about, ()) if it.at >= since]

    def transcript_of(self, about: str) -> str:
        """Return what a model heard in a recording; empty before one was asked."""
        heard = [it for it in self.of(about) if it.content.use == ModelUse.TRANSCRIBE]
        return heard[-1].content.text if heard else ""

    def may_translate(self, about: str, since: int = 0) -> bool:
        """Tell whether a translation into the reader's language can be asked for."""
        return self.can_translate and not any(
            it.content.use == ModelUse.TRANSLATE and it.content.target == self.language
            for it in self.of(about, since)
        )


def load_machine_help(work: Work, request: DeskRequest, view: CaseView) -> MachineHelpView:
    """Return the machine texts of a readable case; files are named by their numbers.

    Raises:
        DecryptionError: one was altered.
    """
    context, case, assistant = request.context, view.access.case, request.context.assistant
    found = machine_texts.of_case(work, case, context.vault.cases.opener(case, request.keyring()))
    for it in view.evidence_items:
        if of_file := found.pop(about_file(it.id), None):
            found[about_recording(it.number)] = of_file
    language, reads = view.access.summary.language, request.locale.language
    return MachineHelpView(
        found, reads,
        assistant is not None and assistant.can_translate(language, reads),
        assistant is not None and context.audio_sanitizer.is_available
        and assistant.can_transcribe(language),
    )  # fmt: skip
