"""Evidence bundle and case file of one case, as an archive that is streamed after a step-up.

All files are verified first, so that an altered one is named on the page; then the export is
recorded, and the archive is written while it is sent. The audit log gets its SHA-256 at the end.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.bundle import BundleExporter, Manifest
from bot.cases.evidence.files import UNPROVEN, EvidenceFile, EvidenceStore
from bot.cases.evidence.zip_stream import ZipTarget, stream_archive
from bot.desks.evidence_cover import GROUNDS, CoverDetails, build_cover
from bot.desks.referral_sheet import SHEET_LANGUAGES
from bot.desks.web import texts
from bot.desks.web.auth.step_up import download_headers, require_step_up
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.case.export import case_as_text
from bot.desks.web.case.view import CaseView, load_case_view
from bot.desks.web.exports.refused import (
    forget_typed,
    refuse_export,
    refuse_without_documents,
)
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, post
from bot.errors import DecryptionError, DocumentError, EvidenceError
from bot.hotline.commands.types import Verb
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.writer import Work
    from bot.vault import Opener

GROUND_NEEDED = _("Say on what ground the file leaves, and write down the order or what was said.")
TAKEN_BACK = _(
    "The person took their consent back: the file leaves only by order of a court or a prosecutor, "
    "or where the law says so."
)
# Translators: {number} of a file.
FILE_ALTERED = _("File {number} is not what was received: nothing was exported. Ask a supervisor.")
CANNOT_EXPORT = _("You may not export this file, or its chain of custody is damaged.")
NO_PDF = _("Nothing was exported: {why}")
# Translators: {ground} why; {words} what the caseworker wrote about it.
BUNDLE_NOTE = _("Evidence and case file exported ({ground}): {words}")
WISH = "wish"
MAX_WORDS = 1000


@dataclass(frozen=True, slots=True)
class _Bundle:
    request: DeskRequest
    view: CaseView
    ground: str
    case_text: str


@post(
    "/cases/{reference}/bundle", Permission.CHANGE, "code", "words", repetition=Repetition.ALLOWED
)
async def _bundle(request: DeskRequest) -> Response:
    """Return the archive; refuse without a ground, a step-up, or the right to export."""
    view = await load_case_view(request)
    path = f"/cases/{view.access.summary.reference}#export"
    if first := refuse_without_documents(request, path) or require_step_up(request, path):
        return first
    if not view.is_readable:
        return request.redirect(path)
    ground, words = request.form.get("code", ""), request.form.get("words", "").strip()
    if ground not in GROUNDS or not words or len(words) > MAX_WORDS:
        return refuse_export(request, path, GROUND_NEEDED)
    if ground == WISH and await request.read(lambda work: _is_taken_back(work, request, view)):
        return refuse_export(request, path, TAKEN_BACK)
    if (refusal := await _find_fault(request, view, path)) is not None:
        return refusal
    note = request.locale(BUNDLE_NOTE, ground=request.locale(GROUNDS[ground]), words=words)
    await send_command(request, view.access.case, Verb.NOTE, ActionInput(text=note))
    text = await case_as_text(request, view, f"bundle:{ground}")
    reference = view.access.summary.reference
    forget_typed(request)
    return StreamingResponse(
        _stream(_Bundle(request, view, ground, text)), media_type="application/zip",
        headers=download_headers(f"{reference}-evidence.zip"),
    )  # fmt: skip


def _is_taken_back(work: Work, request: DeskRequest, view: CaseView) -> bool:
    consents = ConsentRecords(request.context.vault)
    return consents.taken_back_at(work, view.access.case) is not None


async def _find_fault(request: DeskRequest, view: CaseView, path: str) -> Response | None:
    """Check everything that can fail before anything is sent; return the refusal."""
    evidence, case = _evidence(request), view.access.case
    reference, by = view.access.summary.reference, request.caseworker.id

    def look(work: Work) -> tuple[Opener, list[EvidenceFile]]:
        evidence.check_access(work, reference, by)
        if evidence.custody.verify(work, case):
            raise EvidenceError("the custody log is damaged")
        if difference := evidence.find_difference(work, case):
            raise EvidenceError(difference)
        return evidence.opener(case), evidence.list_files(work, case)

    try:
        request.context.typesetter.check()
        opener, items = await request.read(look)
        found = await asyncio.to_thread(evidence.verify_files, opener, items)
        altered = [number for number, fault in found.items() if fault != UNPROVEN]
    except (EvidenceError, DecryptionError):
        return refuse_export(request, path, CANNOT_EXPORT)
    except DocumentError as error:
        return refuse_export(request, path, NO_PDF, why=str(error))
    return refuse_export(request, path, FILE_ALTERED, number=str(altered[0])) if altered else None


async def _stream(bundle: _Bundle) -> AsyncIterator[bytes]:
    """Yield the archive; its digest is audited once all of it was handed on."""
    request, seen, size = bundle.request, sha256(), 0
    async for piece in stream_archive(lambda target: _write(bundle, target), request.now):
        seen.update(piece)
        size += len(piece)
        yield piece
    detail = f"{bundle.ground}:{seen.hexdigest()}:{size}"
    await request.audit("bundle", bundle.view.access.case, detail)


async def _write(bundle: _Bundle, target: ZipTarget) -> None:
    request, context = bundle.request, bundle.request.context
    exporter = BundleExporter(
        _evidence(request), context.database.writer, context.image_sanitizer, context.clock
    )

    async def make_cover(manifest: Manifest) -> bytes:
        locales = [context.locale(it) for it in SHEET_LANGUAGES]
        cover = build_cover(manifest, _cover_details(bundle), locales)
        return await context.typesetter.make_pdf(cover)

    reference = bundle.view.access.summary.reference
    by, text = request.caseworker.id, bundle.case_text
    await exporter.stream(reference, target, by, make_cover, text)


def _cover_details(bundle: _Bundle) -> CoverDetails:
    request, context = bundle.request, bundle.request.context
    by = request.caseworker
    return CoverDetails(
        context.organisation, context.contact, by.name or by.id, bundle.ground, context.zone,
        bundle.view.names, texts.CUSTODY_ACTIONS,
    )  # fmt: skip


def _evidence(request: DeskRequest) -> EvidenceStore:
    context, keyring = request.context, request.keyring()
    if keyring is None:
        raise NotFoundError("no key")
    return EvidenceStore(context.vault, context.blobs, keyring)
