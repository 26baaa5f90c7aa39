"""`haven draft`: a paper for an office, filled from an opened case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.app.texts import build_reader, build_spoken_texts
from bot.cases.queries import CaseDetails
from bot.cli.deployment import Deployment, no_such_case, open_deployment, require_case
from bot.cli.options import PasswordFile, SignedIn, one_of
from bot.conversation import FlowRegistry
from bot.errors import HavenError
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.form_data import (
    OFFICE_LANGUAGE,
    OfficeWords,
    base_fields,
    call_back_fields,
    event_days,
    person_statements,
    record_fields,
)
from bot.hotline.origins.store import CaseOrigins
from bot.hotline.place_records import records_of
from bot.languages import catalogue
from bot.places.forms import OfficeForm, fill_form
from bot.places.registry import find_place
from bot.store.writer import Work
from bot.vault.keys.keyring import Keyring
from flows import ALL_FLOWS
from flows.texts.counties import COUNTIES


def draft(
    reference: str,
    kind: Annotated[str, typer.Argument(help="residence, work or objection.")],
    who: SignedIn,
    password_file: PasswordFile = None,
    to: Annotated[Path | None, typer.Option(help="A new file; without it, it is printed.")] = None,
) -> None:
    """Draft a paper from a case, in Chinese, for a human to check; what is unknown stays blank."""
    if to is not None and to.exists():
        raise HavenError(f"{to} exists already: name a new file")
    with open_deployment() as deployment:
        place = find_place(deployment.settings.place)
        forms = place.office_forms
        if forms is None:
            raise HavenError(f"there are no office papers for {place.name} yet")
        form = forms.forms[one_of("KIND", kind, forms.forms)]
        keyring = deployment.sign_in(who, password_file, reference)
        opened = _open_case(deployment, reference, keyring)
        known = deployment.run(lambda work: _record_fields(work, deployment, reference, keyring))
        known |= deployment.run(lambda work: _event_days(work, deployment, who, reference, form))
        settings = deployment.settings
        known |= base_fields(
            forms, opened, organisation=settings.organisation, contact=settings.contact,
            zone=settings.zone, now=deployment.now(),
        )  # fmt: skip
    text = fill_form(forms, form, known, person_statements(opened) if form.includes_answers else [])
    if to is None:
        typer.echo(text, nl=False)
        return
    to.touch(mode=0o600, exist_ok=False)
    to.write_text(text, encoding="utf-8")
    typer.echo(f"{to}: a draft that someone has to check. Delete it once it is not needed.")


def _open_case(deployment: Deployment, reference: str, keyring: Keyring) -> CaseDetails:
    reader = build_reader(
        deployment.settings, deployment.database, deployment.vault, FlowRegistry(ALL_FLOWS),
        OFFICE_LANGUAGE,
    )  # fmt: skip
    opened = deployment.read(reader.open(reference, keyring))
    if opened is None:
        raise no_such_case(reference)
    return opened


def _record_fields(
    work: Work, deployment: Deployment, reference: str, keyring: Keyring
) -> dict[str, str]:
    place, case = find_place(deployment.settings.place), require_case(work, reference)
    assert place.office_forms is not None  # noqa: S101 - `draft` has checked it
    opener = deployment.vault.cases.opener(case, keyring)
    record = records_of(deployment.vault, place).load(work, case, opener)
    origin = CaseOrigins.of_case(work, case, opener)
    forms, words = place.office_forms, _office_words()
    known = record_fields(forms, record, words)
    return known | call_back_fields(forms, origin.call_back if origin else None, words)


def _office_words() -> OfficeWords:
    return OfficeWords(
        catalogue(OFFICE_LANGUAGE, "staff"), catalogue(OFFICE_LANGUAGE), COUNTIES,
        build_spoken_texts(),
    )  # fmt: skip


def _event_days(
    work: Work, deployment: Deployment, who: str, reference: str, form: OfficeForm
) -> dict[str, str]:
    place, case = find_place(deployment.settings.place), require_case(work, reference)
    assert place.office_forms is not None  # noqa: S101 - `draft` has checked it
    deployment.audit.record(work, deployment.now(), who, "draft", case, form.code)
    deadlines = CaseDeadlines(deployment.vault, deployment.audit, place.deadline_rules)
    return event_days(work, deadlines, place.office_forms, form, case)
