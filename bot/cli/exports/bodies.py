"""`haven bodies`: organisations abroad that take sealed packages, their rules and their keys."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

import typer

from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, one_of, printable_name
from bot.cli.output import print_rows
from bot.conversation import FlowRegistry
from bot.exports import open_package
from bot.exports.bodies_abroad import (
    MAX_CODE,
    MAX_CONSENT_DAYS,
    MAX_NAME,
    MAX_PARTS,
    BodiesAbroad,
    BodyAbroad,
    BodyKey,
    BodyPurpose,
    BodyRules,
)
from bot.exports.open_package import PUBLIC_PREFIX, PackageError, parse_key
from bot.hotline.referrals.model import ALSO, CONTACT, LANGUAGE
from bot.places.directory import utc_day
from bot.places.registry import PLACES
from bot.vault.audit.log import OPERATOR
from flows import ALL_FLOWS

bodies_app = typer.Typer(no_args_is_help=True)
COLUMNS = ("code", "name", "country", "from", "until", "key")
DEFAULT_PARTS = (LANGUAGE, "needs")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_COUNTRY = re.compile(r"[A-Z]{2}")


@bodies_app.command("add")
def add_body(  # noqa: PLR0913, PLR0917 - each is a rule of the agreement
    code: Annotated[str, typer.Argument(help="A short code of small letters, e.g. harapan.")],
    name: Annotated[str, typer.Argument(help="As people read it, with its country.")],
    country: Annotated[str, typer.Option(help="Two letters, e.g. ID.")],
    until: Annotated[str, typer.Option(help="Last day of the agreement: 2027-12-31.")],
    since: Annotated[str, typer.Option("--from", help="First day; without it, today.")] = "",
    purpose: Annotated[
        list[str] | None, typer.Option(help="protection, return or prosecution; repeat it.")
    ] = None,
    part: Annotated[
        list[str] | None, typer.Option(help="What may be told, e.g. language; repeat it.")
    ] = None,
    consent_days: Annotated[
        int, typer.Option(min=1, max=MAX_CONSENT_DAYS, help="How old the consent may be.")
    ] = MAX_CONSENT_DAYS,
) -> None:
    """Register a body abroad with its rules, or change them; its key stays."""
    purposes = [one_of("--purpose", it, list(BodyPurpose)) for it in purpose or ["protection"]]
    known = part_codes()
    parts = [one_of("--part", it, known) for it in part or DEFAULT_PARTS]
    if len(" ".join(parts)) > MAX_PARTS:
        raise typer.BadParameter("too many parts: name a whole flow instead of its questions")
    last, first = parse_day("--until", until), parse_day("--from", since) if since else None
    code, name = check_code(code), printable_name(name, MAX_NAME)
    country = check_country(country)
    with open_deployment() as deployment:
        bodies, now = BodiesAbroad(deployment.vault, deployment.audit), deployment.now()
        rules = BodyRules(
            tuple(map(BodyPurpose, dict.fromkeys(purposes))), tuple(dict.fromkeys(parts)),
            consent_days, first or utc_day(now), last,
        )  # fmt: skip
        if rules.until < rules.since:
            raise typer.BadParameter("--until is before the first day")
        body = BodyAbroad(code, name, country, rules)
        deployment.run(lambda work: bodies.add(work, body, OPERATOR, now))
        kept = deployment.run(lambda work: bodies.find(work, body.code))
    typer.echo(f"{body.code}  {body.name}: {', '.join(parts)}, until {rules.until}")
    if kept is None or kept.key is None:
        typer.echo(f"Give them {open_package.__file__}")
        typer.echo(f"They run it and send you a line: haven bodies key {body.code} haven1-...")


@bodies_app.command("key")
def set_body_key(
    code: str, key: Annotated[str, typer.Argument(help="The line that begins with haven1-.")]
) -> None:
    """Register the key of a body. Two members of staff confirm its fingerprint at the desk."""
    try:
        public = parse_key(key, PUBLIC_PREFIX)
    except PackageError as error:
        raise typer.BadParameter(str(error)) from None
    with open_deployment() as deployment:
        bodies, now = BodiesAbroad(deployment.vault, deployment.audit), deployment.now()
        kept = deployment.run(lambda work: bodies.set_key(work, code, public, OPERATOR, now))
    typer.echo(f"{code}: {_key_in_words(kept)}")
    if not kept.is_confirmed:
        typer.echo("Two colleagues telephone them and type the fingerprint at the desk: /bodies")


@bodies_app.command("list")
def list_bodies(*, as_json: AsJson = False) -> None:
    """List bodies abroad, with their rules and whether their keys are confirmed."""
    with open_deployment() as deployment:
        bodies = deployment.run(BodiesAbroad(deployment.vault, deployment.audit).all)
    print_rows([_row(it) for it in bodies], COLUMNS, as_json=as_json)


@bodies_app.command("end")
def end_body(code: str) -> None:
    """End the agreement with a body: nothing is sealed to it any more, and its key is deleted."""
    with open_deployment() as deployment:
        bodies, now = BodiesAbroad(deployment.vault, deployment.audit), deployment.now()
        deployment.run(lambda work: bodies.end(work, code, OPERATOR, now))
    typer.echo(f"{code}: the agreement has ended.")


@bodies_app.command("parts")
def list_parts(*, as_json: AsJson = False) -> None:
    """List the codes that --part takes."""
    print_rows([{"part": it} for it in part_codes()], ("part",), as_json=as_json)


def part_codes() -> list[str]:
    """Return what an agreement can allow: parts of every case, flows, and each of their steps."""
    registry = FlowRegistry(ALL_FLOWS)
    asked = [
        f"{flow.name}.{step.name}"
        for flow in ALL_FLOWS
        for step in flow.steps
        if registry.question(flow.name, step.name) is not None
    ]
    flows = [it.partition(".")[0] for it in asked]
    return list(dict.fromkeys([*DEFAULT_PARTS, CONTACT, ALSO, *flows, *asked]))


def check_code(code: str) -> str:
    """Return a code; raise BadParameter if it is none, or an organisation of a place has it."""
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        raise typer.BadParameter(f"CODE has up to {MAX_CODE} small letters, digits and _")
    if any(code in place.recipients for place in PLACES.values()):
        raise typer.BadParameter(f"{code} is an organisation of the directory: take another code")
    return code


def check_country(country: str) -> str:
    """Return a country in capital letters; raise BadParameter if it is not two letters."""
    if not _COUNTRY.fullmatch(country.upper()):
        raise typer.BadParameter("--country has two letters, e.g. ID")
    return country.upper()


def parse_day(option: str, typed: str) -> date:
    """Return a day; raise BadParameter if it is not written as 2027-12-31."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise typer.BadParameter(f"{option} {typed} is no day: write 2027-12-31") from None


def _row(it: BodyAbroad) -> dict[str, object]:
    rules = it.rules
    return {
        "code": it.code, "name": it.name, "country": it.country, "from": rules.since.isoformat(),
        "until": rules.until.isoformat(), "key": "ended" if it.ended_at else _key_in_words(it.key),
        "purposes": list(rules.purposes), "parts": list(rules.parts),
        "consent_days": rules.consent_days,
    }  # fmt: skip


def _key_in_words(key: BodyKey | None) -> str:
    if key is None:
        return "none yet"
    if key.is_confirmed:
        return "confirmed by two"
    return "confirmed by one, a second is needed" if key.confirmed_by else "not confirmed"
