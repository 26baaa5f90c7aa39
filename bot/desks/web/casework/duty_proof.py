"""A report to an authority with the file that proves it: recorded, shown, saved.

The file stays byte for byte as it was attached; a picture is shown re-encoded. The custody log says
who attached, looked at and saved it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.evidence.custody_log import CustodyAction, CustodyLog
from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type
from bot.desks.web import texts
from bot.desks.web.auth.case_access import access_case
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.case.actions import read_input, respond, send_command
from bot.desks.web.casework.sealed_file import FILE_HEADERS, open_file, upload_id
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline import duty_proofs
from bot.hotline.commands.types import Verb
from bot.hotline.duties import CaseDuties
from bot.hotline.duty_proofs import PROOF_TYPES
from bot.messages import OutgoingFile
from bot.vault import AuditLog

if TYPE_CHECKING:
    from bot.hotline.duty_proofs import DutyProof
    from bot.store.writer import Work
    from bot.vault import Opener


@dataclass(frozen=True, slots=True)
class OpenedProof:
    """A proof with its bytes."""

    case: str
    proof: DutyProof
    data: bytes


@post(
    "/cases/{reference}/duty-report", Permission.CHANGE, "code", "words", "value.to", "value.way",
    "value.at", "value.number", takes_file=True, repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _record_report(request: DeskRequest) -> Response:
    """Record a report to an authority, with a file that proves it or without."""
    seen = await access_case(request)
    path, data = f"/cases/{seen.summary.reference}", request.uploaded
    if data and detect_type(data) not in PROOF_TYPES:
        if request.is_fetched:
            return request.json(told=request.locale(texts.PROOF_REFUSED), refused=True, go="")
        request.flash(texts.PROOF_REFUSED, is_refused=True)
        return request.redirect(path)
    given = read_input(request, Verb.RECORD_REPORT)
    if data:
        proof = OutgoingFile(upload_id(request), "", "", data)
        given = replace(given, uploads=(proof,))
    told = await send_command(request, seen.case, Verb.RECORD_REPORT, given)
    return respond(request, told, path)


@get("/cases/{reference}/proof/{file}/picture", Permission.CASE, is_pane=True)
async def _proof_picture(request: DeskRequest) -> Response:
    """Return a proof that is a picture, re-encoded without metadata."""
    found = await open_file(request, _find_proof)
    if found.proof.type not in IMAGE_TYPES:
        raise NotFoundError("no picture")
    await _log_custody(request, found, CustodyAction.OPENED)
    clean = await request.context.image_sanitizer.sanitize(found.data)
    if clean is None:
        raise NotFoundError("no picture")
    return Response(clean, media_type=f"image/{detect_type(clean)}", headers=FILE_HEADERS)


@get("/cases/{reference}/proof/{file}/original", Permission.CASE)
async def _proof_original(request: DeskRequest) -> Response:
    """Return a proof as it was attached, to be saved; like every original it takes a step-up."""
    found, reference = await open_file(request, _find_proof), request.param("reference")
    if first := require_step_up(request, f"/cases/{reference}#proof-{found.proof.id}"):
        return first
    await _log_custody(request, found, CustodyAction.EXPORTED)
    name = f"{reference}-proof.{found.proof.type}"
    headers = {**FILE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(found.data, media_type="application/octet-stream", headers=headers)


def _find_proof(work: Work, case: str, opener: Opener, file: str) -> OpenedProof | None:
    records = CaseDuties.records(work, case, opener)
    known = (it.proof for it, _at in records if it.proof is not None and it.proof.id == file)
    proof, data = next(known, None), duty_proofs.load(work, case, opener, file)
    return OpenedProof(case, proof, data) if proof and data is not None else None


async def _log_custody(request: DeskRequest, found: OpenedProof, action: CustodyAction) -> None:
    vault, event = request.context.vault, duty_proofs.custody_event(
        found.proof, action, request.caseworker.id, request.now
    )  # fmt: skip

    def record(work: Work) -> None:
        CustodyLog(vault, AuditLog(vault)).record(work, found.case, event)

    await request.write(record)
