"""Referral sheets at the desk: made after a step-up, recorded by hash, then downloaded.

A sheet is made only while the consent to exactly its parts stands. That is checked before the PDF
is made and again when the copy is recorded: what the person takes back meanwhile does not leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.desks.referral_sheet import SHEET_LANGUAGES, SheetReader, SheetSender, build_sheet
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.auth.step_up import file_download, require_step_up
from bot.desks.web.exports.refused import refuse_without_documents
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, post
from bot.errors import DecryptionError, DocumentError
from bot.hotline.commands.texts import NO_MATCHING_CONSENT
from bot.hotline.referrals.copies import ReferralCopy, new_copy_id
from bot.text import Text, _

if TYPE_CHECKING:
    from bot.hotline.referrals.model import Referral
    from bot.places.directory import Recipient
    from bot.store.writer import Work

# Translators: {why} says what is missing and how to install it, in English.
NO_PDF = _("The sheet was not made, and nothing left the desk: {why}")
SEALED_ONLY = _("To another country only a sealed package leaves, no sheet.")
NOT_YOURS = _("Only the assigned caseworker makes a sheet.")


@dataclass(frozen=True, slots=True)
class PrintableReferral:
    """A referral of which a sheet may be made, or the reason why not."""

    case: str
    referral: Referral
    recipient: Recipient | None
    refusal: Text | None


@post(
    "/cases/{reference}/referrals/{referral}/sheet",
    Permission.CHANGE,
    repetition=Repetition.ALLOWED,
)
async def _sheet(request: DeskRequest) -> Response:
    """Make a sheet, record that it leaves, and return it as a file."""
    reference = request.param("reference")
    path = f"/cases/{reference}#referrals"
    if first := refuse_without_documents(request, path) or require_step_up(request, path):
        return first
    found = await request.read(lambda work: _find(work, request))
    if found.refusal is not None or found.recipient is None:
        return _refuse(request, path, found.refusal)
    sender = SheetSender(
        request.context.organisation, request.context.contact, request.context.zone,
        new_copy_id(), request.now,
    )  # fmt: skip
    document = build_sheet(found.referral, found.recipient, sender, sheet_readers(request))
    try:
        pdf = await request.context.typesetter.make_pdf(document)
    except DocumentError as error:
        request.flash(NO_PDF, is_refused=True, why=str(error))
        return request.redirect(path)
    refusal = await request.write(lambda work: _record(work, request, found, sender.copy, pdf))
    if refusal is not None:
        return _refuse(request, path, refusal)
    return file_download(f"referral-{sender.copy}.pdf", pdf, "application/pdf")


def _refuse(request: DeskRequest, path: str, why: Text | None) -> Response:
    request.flash(why or NOT_YOURS, is_refused=True)
    return request.redirect(path)


def _find(work: Work, request: DeskRequest) -> PrintableReferral:
    """Return a referral of the case; raise NotFoundError for none, or without access."""
    access, context = check_readable(work, request, request.param("reference")), request.context
    try:
        referral = context.referrals.find(work, access.case, request.param("referral"))
    except DecryptionError:
        raise NotFoundError("altered") from None
    if referral is None:
        raise NotFoundError("no referral")
    recipient = context.place.recipients.get(referral.recipient)
    refusal = context.referral_copies.refusal(work, referral, recipient, request.now)
    if recipient is not None and recipient.is_abroad:
        refusal = refusal or SEALED_ONLY
    return PrintableReferral(
        access.case, referral, recipient, refusal if access.is_mine else NOT_YOURS
    )


def _record(
    work: Work, request: DeskRequest, printed: PrintableReferral, copy: str, pdf: bytes
) -> Text | None:
    """Record the copy; return why it may not leave, if that changed while it was made."""
    found = _find(work, request)
    if found.refusal is not None:
        return found.refusal
    if found.referral.digest != printed.referral.digest:
        return NO_MATCHING_CONSENT
    digest, by = sha256(pdf).digest(), request.caseworker.id
    made = ReferralCopy(copy, found.case, found.referral.id, digest, by, request.now)
    request.context.referral_copies.record(work, made, found.referral.recipient)
    return None


def sheet_readers(request: DeskRequest) -> list[SheetReader]:
    """Return the languages of a sheet."""
    context = request.context
    return [
        SheetReader(context.locale(language), context.answer_renderer(language))
        for language in SHEET_LANGUAGES
    ]
