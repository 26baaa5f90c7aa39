"""Packages for bodies abroad at the desk: sealed after a step-up, recorded by hash, then saved.

Like a sheet, a package is made only while the consent to its parts stands, and that is checked once
more when the copy is recorded. What the agreement with the body does not allow is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.desks.referral_sheet import SheetSender, agreed_parts, build_sheet
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.auth.step_up import file_download, require_step_up
from bot.desks.web.case.referral_sheet import NO_PDF, NOT_YOURS, sheet_readers
from bot.desks.web.exports.refused import refuse_without_documents
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, post
from bot.errors import DecryptionError, DocumentError
from bot.exports.bodies_abroad import BodyPurpose
from bot.exports.sealed_package import (
    OTHER_PURPOSE,
    PackageDetails,
    PackagePart,
    seal_package,
    sealing_refusal,
)
from bot.hotline.commands.texts import NO_MATCHING_CONSENT
from bot.hotline.referrals.copies import PACKAGE, ReferralCopy, new_copy_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.exports.bodies_abroad import BodyAbroad
    from bot.hotline.referrals.model import Referral
    from bot.places.directory import Recipient
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class SealableReferral:
    """A referral to a body abroad, without the parts that its agreement does not allow."""

    case: str
    referral: Referral
    body: BodyAbroad | None
    recipient: Recipient | None
    refusal: Text | None


@post(
    "/cases/{reference}/referrals/{referral}/package",
    Permission.CHANGE,
    "code",
    repetition=Repetition.ALLOWED,
)
async def _package(request: DeskRequest) -> Response:
    """Seal a package for one purpose, record that it leaves, and return it as a file."""
    path = f"/cases/{request.param('reference')}#referrals"
    if first := refuse_without_documents(request, path) or require_step_up(request, path):
        return first
    found = await request.read(lambda work: _find(work, request))
    if found.refusal is not None or found.body is None:
        return _refuse(request, path, found.refusal or NOT_YOURS)
    number = new_copy_id()
    try:
        package = await _seal(request, found, number)
    except DocumentError as error:
        request.flash(NO_PDF, is_refused=True, why=str(error))
        return request.redirect(path)
    refusal = await request.write(lambda work: _record(work, request, found, number, package))
    if refusal is not None:
        return _refuse(request, path, refusal)
    return file_download(f"package-{number}.haven", package, "application/octet-stream")


@dataclass(frozen=True, slots=True)
class SealingChoice:
    """What the page of a case offers for a referral to a body abroad."""

    purposes: tuple[BodyPurpose, ...]
    refusal: Text | None
    left_out: int
    """How many agreed parts the agreement with the body does not allow."""


def sealing_choices(
    work: Work, request: DeskRequest, referrals: Iterable[Referral]
) -> dict[str, SealingChoice]:
    """Return what is offered for those referrals that are to bodies abroad, by referral."""
    known, now = request.context.place.recipients, request.now
    abroad = [it for it in referrals if it.recipient in known and known[it.recipient].is_abroad]
    bodies = {it.code: it for it in request.context.bodies_abroad.all(work)} if abroad else {}
    return {it.id: _choice(it, bodies.get(it.recipient), now) for it in abroad}


def _choice(referral: Referral, body: BodyAbroad | None, now: int) -> SealingChoice:
    refusal = sealing_refusal(body, referral, None, now)
    if body is None:
        return SealingChoice((), refusal, 0)
    told = len(allowed_content(referral, body).included_parts)
    return SealingChoice(body.rules.purposes, refusal, len(referral.included_parts) - told)


def allowed_content(referral: Referral, body: BodyAbroad) -> Referral:
    """Return a referral without the parts that the agreement with a body does not allow."""
    refused = {
        index for index, part in enumerate(referral.parts) if not body.rules.allows(part.code)
    }
    return replace(referral, struck=referral.struck | refused)


async def _seal(request: DeskRequest, found: SealableReferral, number: str) -> bytes:
    context, body, recipient = request.context, found.body, found.recipient
    purpose = _purpose(request)
    if body is None or recipient is None or purpose is None:
        raise NotFoundError("no body")
    allowed = allowed_content(found.referral, body)
    sender = SheetSender(
        context.organisation, context.contact, context.zone, number, request.now
    )  # fmt: skip
    readers = sheet_readers(request)
    sheet = await context.typesetter.make_pdf(build_sheet(allowed, recipient, sender, readers))
    parts = [
        PackagePart(part.code, entry.label, entry.text)
        for part in allowed.included_parts
        for entry in agreed_parts(replace(allowed, parts=(part,), struck=frozenset()), readers)
    ]
    agreed_at = allowed.answered_at or allowed.offered_at
    details = PackageDetails(
        number, context.organisation, context.contact, purpose,
        agreed_at, request.now,
    )  # fmt: skip
    return seal_package(body, details, parts, sheet)


def _purpose(request: DeskRequest) -> BodyPurpose | None:
    chosen = request.form.get("code", "")
    return BodyPurpose(chosen) if chosen in set(BodyPurpose) else None


def _refuse(request: DeskRequest, path: str, why: Text) -> Response:
    request.flash(why, is_refused=True)
    return request.redirect(path)


def _find(work: Work, request: DeskRequest) -> SealableReferral:
    """Return a referral of the case; raise NotFoundError for none, or without access."""
    access, context = check_readable(work, request, request.param("reference")), request.context
    try:
        referral = context.referrals.find(work, access.case, request.param("referral"))
    except DecryptionError:
        raise NotFoundError("altered") from None
    if referral is None:
        raise NotFoundError("no referral")
    body = context.bodies_abroad.find(work, referral.recipient)
    recipient = body.recipient if body is not None else None
    purpose = _purpose(request)
    refusal = (
        (None if access.is_mine else NOT_YOURS)
        or (OTHER_PURPOSE if purpose is None else None)
        or context.referral_copies.refusal(work, referral, recipient, request.now)
        or sealing_refusal(body, referral, purpose, request.now)
    )
    return SealableReferral(access.case, referral, body, recipient, refusal)


def _record(
    work: Work, request: DeskRequest, sealed: SealableReferral, number: str, package: bytes
) -> Text | None:
    """Record the copy; return why it may not leave, if that changed while it was made."""
    found = _find(work, request)
    if found.refusal is not None:
        return found.refusal
    if found.referral.digest != sealed.referral.digest or found.body != sealed.body:
        return NO_MATCHING_CONSENT
    digest, by = sha256(package).digest(), request.caseworker.id
    made = ReferralCopy(number, found.case, found.referral.id, digest, by, request.now)
    request.context.referral_copies.record(work, made, found.referral.recipient, PACKAGE)
    return None
