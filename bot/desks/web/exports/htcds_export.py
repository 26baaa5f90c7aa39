"""One case as a file in HTCDS, by default without anything that names the person.

A file with names leaves only if the person agreed that they may be asked about sharing, and said
yes to this file: to whom, and in which words, is saved as a note. What they took back, and values
whose use they refused, stay here.
"""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.desks.web.auth.step_up import file_download, require_step_up
from bot.desks.web.case.actions import ActionInput, send_command
from bot.desks.web.case.export import EXPORT_ACTION
from bot.desks.web.case.view import CaseView, load_case_view
from bot.desks.web.exports.htcds_facts import agreed_profiles, load_facts
from bot.desks.web.exports.refused import forget_typed, refuse_export
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.errors import CaseNotReadableError, DecryptionError, NotAgreedError
from bot.exports.htcds.codebook import codebook_csv, codebook_json
from bot.exports.htcds.files import MEDIA_TYPES, FileFormat, write_file
from bot.exports.htcds.write import Profile, write_case
from bot.hotline.commands.types import Verb
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_WORDS = 1000
ACTION = "htcds"
"""Of the audit log: which file left, by its SHA-256."""
WORDS_NEEDED = _(
    "Nothing was exported: a file with names needs for whom it is, and what the person said."
)
NOT_AGREED: Mapping[Profile, Text] = {
    Profile.DEIDENTIFIED: _(
        "Nothing was exported: the person did not agree that their case is used for statistics. "
        "Ask them first; their answer stands under Consent."
    ),
    Profile.IDENTIFIED: _(
        "Nothing was exported: the person did not agree to be asked about sharing, or took it "
        "back. Ask them first; their answer stands under Consent."
    ),
}
# Translators: {words} for whom the file is and what the person said.
EXPORT_NOTE = _("Case exported in HTCDS, with names: {words}")


@post(
    "/cases/{reference}/htcds", Permission.CHANGE, "code", "profile", "words",
    repetition=Repetition.ALLOWED,
)  # fmt: skip
async def _export(request: DeskRequest) -> Response:
    """Return the file; refuse without consent or a step-up, or if the case does not open."""
    view = await load_case_view(request)
    reference = view.access.summary.reference
    path = f"/cases/{reference}#export"
    form, profile = _chosen(request)
    if not view.is_readable:
        return request.redirect(path)
    if (refusal := await _refusal(request, view, profile)) is not None:
        return refuse_export(request, path, refusal)
    if first := require_step_up(request, path):
        return first
    try:
        row = write_case(await load_facts(request, view), profile)
    except NotAgreedError:  # taken back a moment ago
        return refuse_export(request, path, NOT_AGREED[profile])
    except (CaseNotReadableError, DecryptionError):
        return request.redirect(path)
    is_named = profile is Profile.IDENTIFIED
    if is_named:
        note = request.locale(EXPORT_NOTE, words=request.form["words"].strip())
        await send_command(request, view.access.case, Verb.NOTE, ActionInput(text=note))
    data = write_file([row], form, profile)
    await request.audit(EXPORT_ACTION, view.access.case, f"htcds:{profile}")
    await request.audit(ACTION, view.access.case, f"{form}:{sha256(data).hexdigest()}")
    forget_typed(request)
    name = f"{reference}-htcds.{form}" if is_named else f"htcds-{profile}.{form}"
    return file_download(name, data, MEDIA_TYPES[form])


def _chosen(request: DeskRequest) -> tuple[FileFormat, Profile]:
    """Return format and profile; without a choice of profile no one is named."""
    form, profile = request.form.get("code", ""), request.form.get("profile", "")
    if form not in set(FileFormat) or profile not in {"", *Profile}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return FileFormat(form), Profile(profile or Profile.DEIDENTIFIED)


async def _refusal(request: DeskRequest, view: CaseView, profile: Profile) -> Text | None:
    """Return why a file of a profile may not leave; None if it may."""
    words = request.form.get("words", "").strip()
    if profile is Profile.IDENTIFIED and not (words and len(words) <= MAX_WORDS):
        return WORDS_NEEDED
    agreed = await request.read(lambda work: agreed_profiles(work, request, view))
    return None if profile in agreed else NOT_AGREED[profile]


@get("/htcds-codebook/{form}", Permission.QUEUE)
async def _codebook(request: DeskRequest) -> Response:
    """Return what each column means; it holds no case."""
    made = {FileFormat.CSV.value: codebook_csv, FileFormat.JSON.value: codebook_json}
    form = request.param("form")
    if form not in made:
        raise NotFoundError(form)
    return file_download(f"htcds-codebook.{form}", made[form](), MEDIA_TYPES[FileFormat(form)])
