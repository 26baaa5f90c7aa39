"""A prosecutor's case file at the desk: made after a step-up, recorded by hash, then saved.

Everything that can fail is checked first. The archive holds the case file as PDF and as signed
JSON, and the script that checks it; the files themselves leave in the archive of the evidence.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.files import UNPROVEN, EvidenceStore
from bot.cases.queries import REPORT_KIND_NAMES
from bot.cases.receipts import Receipts
from bot.clock import SECOND
from bot.desks.referral_sheet import SHEET_LANGUAGES
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.auth.step_up import file_download, require_step_up
from bot.desks.web.case.bundle import CANNOT_EXPORT
from bot.desks.web.case.view import load_case_page_view
from bot.desks.web.exports.refused import (
    forget_typed,
    refuse_export,
    refuse_without_documents,
)
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, post
from bot.errors import (
    CaseNotReadableError,
    DecryptionError,
    DocumentError,
    EvidenceError,
    HavenError,
)
from bot.exports import case_file_check
from bot.exports.case_file import (
    CaseFileContent,
    CaseFileOrigin,
    CaseFileReader,
    build_case_file,
    count_values,
    sign_case_file,
)
from bot.exports.case_file_document import case_file_document
from bot.hotline.duties import CaseDuties
from bot.hotline.referrals.copies import CASE_FILE, ReferralCopy, new_copy_id
from bot.store.statements import select_by
from bot.store.tables.main import reports
from bot.text import Text, _

if TYPE_CHECKING:
    from bot.desks.web.case.view import CaseView
    from bot.store.writer import Work
    from bot.vault import Opener

MAX_WORDS = 1000
WORDS_NEEDED = _(
    "Write down what the person agreed to, or what was asked for and under which number."
)
NOTHING_ALLOWED = _(
    "The person has agreed to nothing for a prosecution yet. Ask them value by value, and record "
    "it at each value of the record."
)
FILE_ALTERED = _("A file or the custody log is not as it was received: nothing was made.")
NO_PDF = _("Nothing was made: {why}")
MADE = _(
    "Case file {copy}: {allowed} values. Left out: {refused} refused, {undecided} not asked about."
)
PROSECUTOR = "prosecutor"
CHECKER_NAME, JSON_NAME, PDF_NAME = "check_case_file.py", "case-file.json", "case-file.pdf"
_REPORTS = select_by(reports, "sent_at", "kind", by="case_id", order_by=("sent_at", "id"))


class CaseFileRefusedError(HavenError):
    """No case file may be made; `why` is for the caseworker."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.source)
        self.why = why


@dataclass(frozen=True, slots=True)
class _MadeFile:
    case: str
    archive: bytes
    values: tuple[int, int, int]


@post(
    "/cases/{reference}/case-file", Permission.CHANGE, "words", repetition=Repetition.ALLOWED
)  # fmt: skip
async def _case_file(request: DeskRequest) -> Response:
    """Make a case file of what the person allowed, record that it leaves, and return it."""
    view = await load_case_page_view(request)
    path = f"/cases/{view.access.summary.reference}#export"
    if first := refuse_without_documents(request, path) or require_step_up(request, path):
        return first
    copy = new_copy_id()
    try:
        made = await _make(request, copy, _checked_words(request, view))
        await request.write(lambda work: _record(work, request, copy, made))
    except CaseFileRefusedError as refused:
        return refuse_export(request, path, refused.why)
    except (EvidenceError, DecryptionError):
        return refuse_export(request, path, FILE_ALTERED)
    except DocumentError as error:
        return refuse_export(request, path, NO_PDF, why=str(error))
    forget_typed(request)
    allowed, refused_, undecided = map(str, made.values)
    request.flash(MADE, copy=copy, allowed=allowed, refused=refused_, undecided=undecided)
    return file_download(f"case-file-{copy}.zip", made.archive, "application/zip")


def _checked_words(request: DeskRequest, view: CaseView) -> str:
    """Return the ground as it was written; raise CaseFileRefusedError if nothing may leave."""
    words = request.form.get("words", "").strip()
    if view.consent_taken_back_at is not None:
        raise CaseFileRefusedError(texts.EXPORT_LOCKED)
    if not view.is_readable:
        raise CaseFileRefusedError(CANNOT_EXPORT)
    if not words or len(words) > MAX_WORDS:
        raise CaseFileRefusedError(WORDS_NEEDED)
    return words


async def _make(request: DeskRequest, copy: str, words: str) -> _MadeFile:
    """Return the archive.

    Raises:
        CaseFileRefusedError: the person allowed no value.
        EvidenceError: the caseworker may not export the files, or one is not what was received.
        DocumentError: no PDF can be made here.
    """
    context, by = request.context, request.caseworker
    context.typesetter.check()
    case, content, evidence, opener = await request.read(lambda work: _load(work, request))
    faults = await asyncio.to_thread(evidence.verify_files, opener, content.files)
    if any(it != UNPROVEN for it in faults.values()):
        raise EvidenceError("a file was altered")
    counted = count_values(content.record)
    if not counted.allowed:
        raise CaseFileRefusedError(NOTHING_ALLOWED)
    origin = CaseFileOrigin(
        copy, request.param("reference"), context.organisation, context.contact, by.name or by.id,
        words, request.now, context.zone,
    )  # fmt: skip
    readers = [_reader(request, it) for it in SHEET_LANGUAGES]
    contents = build_case_file(content, origin, readers)
    pdf = await context.typesetter.make_pdf(case_file_document(contents, readers, context.zone))
    signed = sign_case_file(contents, context.vault.signer)
    archive = _archive(request, {PDF_NAME: pdf, JSON_NAME: signed, CHECKER_NAME: _checker()})
    return _MadeFile(case, archive, (counted.allowed, counted.refused, counted.undecided))


def _load(work: Work, request: DeskRequest) -> tuple[str, CaseFileContent, EvidenceStore, Opener]:
    """Return the case, what is known of it, and what reads and opens its files."""
    context, keyring, reference = request.context, request.keyring(), request.param("reference")
    case = check_readable(work, request, reference).case
    evidence = EvidenceStore(context.vault, context.blobs, keyring)
    evidence.check_access(work, reference, request.caseworker.id)
    try:
        opener = evidence.opener(case)
    except CaseNotReadableError:
        raise NotFoundError("no access") from None
    if evidence.custody.verify(work, case):
        raise EvidenceError("the custody log is damaged")
    files = evidence.list_files(work, case)
    content = CaseFileContent(
        context.record_entries.load(work, case, opener),
        [(at, _kind_name(kind)) for at, kind in work.rows(_REPORTS, case)],
        files, evidence.custody.of_case(work, case), evidence.custody.head(work, case),
        Receipts.of_case(work, case),
        [it for it, _at in CaseDuties.records(work, case, opener)], context.duties.duties,
    )  # fmt: skip
    return case, content, evidence, opener


def _kind_name(kind: str) -> str:
    name = REPORT_KIND_NAMES.get(kind)
    return name.source if name else kind


def _reader(request: DeskRequest, language: str) -> CaseFileReader:
    locale = request.context.locale(language)
    return CaseFileReader(
        language, locale.staff_catalogue, locale.flow_catalogue, request.context.counties
    )


def _checker() -> bytes:
    return Path(case_file_check.__file__).read_bytes()


def _archive(request: DeskRequest, files: dict[str, bytes]) -> bytes:
    at = datetime.fromtimestamp(request.now / SECOND, request.context.zone)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data)
    return out.getvalue()


def _record(work: Work, request: DeskRequest, copy: str, made: _MadeFile) -> None:
    """Record the copy; raise CaseFileRefusedError if consent was taken back meanwhile."""
    context = request.context
    if ConsentRecords(context.vault).taken_back_at(work, made.case) is not None:
        raise CaseFileRefusedError(texts.EXPORT_LOCKED)
    digest, by = sha256(made.archive).digest(), request.caseworker.id
    left = ReferralCopy(copy, made.case, CASE_FILE, digest, by, request.now)
    context.referral_copies.record(work, left, PROSECUTOR, CASE_FILE)
