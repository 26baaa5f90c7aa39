"""The operator's command line: run Haven, and manage its staff, keys, cases and backups."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from bot.errors import HavenError
from bot.private_file import user_name
from bot.process_hardening import harden_process

GC_THRESHOLDS = (50_000, 20, 100)
INSTALLED = Path("/etc/haven/haven.env")
"""What `haven setup` writes on a machine."""
PROGRAM = Path(__file__).resolve().parents[2]
"""The folder in which this release is installed."""
AS_TYPED = frozenset({"setup", "source", "demo", "train", "fleet", "logs"})
"""Commands that use no data of this machine's deployment; the journal is closed to its user."""
KEEPS_USER = frozenset({"keys", "restore"})
"""Commands that root runs as root: they write keys and folders where they are told to."""


class Entry(NamedTuple):
    """Where a command or a group is defined, and what the list of commands says about it."""

    module: str
    attribute: str
    summary: str


class LazyGroup(TyperGroup):
    """A group that imports the module of a command when the command runs, not to list it."""

    sections: ClassVar[Mapping[str, Mapping[str, Entry]]] = {}
    """The commands, under the headings of the list."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rich_markup_mode = None  # its panels would take 0.15 s to import
        self._entries = {
            name: entry for section in self.sections.values() for name, entry in section.items()
        }
        for name, entry in self._entries.items():
            self.commands[name] = TyperCommand(name, help=entry.summary)

    def get_command(self, _ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Import and return a command; None if there is none of this name."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        found = getattr(import_module(f"bot.cli.{entry.module}"), entry.attribute)
        _collect_garbage_from_here()
        _write_events()
        if isinstance(found, typer.Typer):
            found.info.name, found.info.help = cmd_name, entry.summary
            return typer.main.get_group(found)
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(found)
        return typer.main.get_command(single)

    def format_commands(self, _ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the list of commands from the summaries."""
        width = max(map(len, self.commands))
        for heading, entries in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(width), it.summary) for name, it in entries.items()]
                )


class CaseCommands(LazyGroup):
    """The commands of `haven cases`."""

    sections: ClassVar[Mapping[str, Mapping[str, Entry]]] = {
        "Commands": {
            "list": Entry("cases.queue", "list_cases", "List open cases, most urgent first."),
            "show": Entry("cases.show", "show_case", "Show one case."),
            "search": Entry(
                "cases.search", "search_cases", "Search the cases a caseworker may open."
            ),
            "erasure-requests": Entry(
                "cases.erasure", "list_erasure_requests", "List all requests."
            ),
            "confirm-erasure": Entry("cases.erasure", "confirm_erasure", "Confirm a request."),
            "object-to-erasure": Entry(
                "cases.erasure", "object_to_erasure", "Object to a request."
            ),
            "revoke-consent": Entry(
                "cases.erasure", "revoke_consent", "Revoke a person's consent."
            ),
            "erase": Entry("retention", "erase_case", "Erase one case, in two steps."),
            "draw": Entry("cases.show", "draw_states", "Draw the states of a case."),
        }
    }


class Commands(LazyGroup):
    """The commands of `haven`."""

    sections: ClassVar[Mapping[str, Mapping[str, Entry]]] = {
        "Try it": {
            "demo": Entry("train", "demo", "Try everything on this machine, without Telegram."),
            "train": Entry("train", "train", "Train caseworkers with fictional people."),
            "rehearse": Entry("flows", "rehearse", "Hold a conversation at this terminal."),
        },
        "Run it": {
            "setup": Entry(
                "install.setup", "setup", "Install Haven on this machine, or change it."
            ),
            "start": Entry("start", "start", "Run the bot and the web desk."),
            "doctor": Entry("doctor", "doctor", "Check settings, databases, keys and disk."),
            "logs": Entry("health.logs", "logs", "Show the log of the services."),
            "backup": Entry("backup", "backup", "Make a backup while Haven runs."),
            "restore": Entry("backup", "restore", "Restore a backup into a new folder."),
            "upgrade": Entry("databases.upgrade", "upgrade", "Upgrade the data; check, rehearse."),
            "migrate": Entry("databases.migrate", "migrate", "Copy SQLite into PostgreSQL."),
            "fleet": Entry(
                "fleet.commands", "fleet_app", "Several deployments, one after another."
            ),
            "keys": Entry("keys", "keys_app", "The host key, escrow, rescue."),
            "files": Entry(
                "databases.files",
                "files_app",
                "Where files of cases lie; move them; accept a loss.",
            ),
            "source": Entry(
                "install.setup", "source", "The licence, and where the source code is."
            ),
        },
        "Cases": {
            "cases": Entry("main", "cases_app", "Cases: the queue, search, erasure."),
            "deadlines": Entry("cases.deadlines", "deadlines_app", "Legal deadlines of cases."),
            "evidence": Entry("cases.evidence", "evidence_app", "Files: list, export, verify."),
            "receipt": Entry("cases.receipts", "receipt_app", "Receipts people asked for."),
            "draft": Entry("cases.drafts", "draft", "Draft a paper for an office from a case."),
            "legal-hold": Entry("retention", "legal_hold_app", "Cases that must be kept by law."),
            "retention": Entry("retention", "retention", "Erase cases whose time is over."),
            "audit": Entry("audit", "audit_app", "The audit log."),
        },
        "Staff": {
            "staff": Entry("staff", "staff_app", "Caseworkers and their passwords."),
            "desk": Entry("desk", "desk_app", "Access to the web desk."),
            "on-call": Entry(
                "duty.on_call", "on_call_app", "Who is called for an emergency at night."
            ),
            "hours": Entry("duty.hours", "hours", "Opening hours, reply times, and who set them."),
            "offices": Entry("duty.offices", "offices", "Offices, their counties and staff."),
            "phrases": Entry(
                "phrases", "phrases", "The phrasebook, its reviews, and who changed it."
            ),
        },
        "What people read": {
            "flows": Entry("flows", "flows_app", "The conversations: draw, print, check."),
            "languages": Entry("languages", "languages_app", "Translations, reviews, recordings."),
            "directory": Entry("directory", "directory_app", "Numbers people are shown."),
            "privacy": Entry("flows", "privacy", "Print the privacy notice people are shown."),
        },
        "Partners and the public": {
            "partners": Entry(
                "partners", "partners_app", "Organisations that share the bot's link."
            ),
            "campaigns": Entry("partners", "campaigns_app", "The links partners give out."),
            "posters": Entry("outreach.posters", "posters_app", "Posters and cards for the links."),
            "site": Entry("outreach.site", "site_app", "The public pages for anyone."),
            "prevention": Entry(
                "outreach.prevention", "prevention_app", "Slides and quiz for a talk."
            ),
            "bodies": Entry(
                "exports.bodies", "bodies_app", "Bodies abroad: rules and keys of each."
            ),
        },
        "Figures": {
            "figures": Entry("health.figures", "figures", "What the hotline did in past months."),
            "export": Entry(
                "exports.export", "export_app", "Figures in HXL, the codebook of HTCDS."
            ),
        },
    }


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help=__doc__)
cases_app = typer.Typer(cls=CaseCommands, no_args_is_help=True)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from bot.release import installed_release  # noqa: PLC0415 - not for every command

        typer.echo(f"haven {installed_release()}")
        raise typer.Exit


@app.callback()
def _haven(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    _debug: Annotated[
        bool, typer.Option("--debug", help="Print where in the program an error arose.")
    ] = False,
) -> None:
    """Make the Typer a group; its commands come from `entries`."""


@cases_app.callback()
def _cases() -> None:
    """Make the Typer a group; its commands come from `entries`."""


def main() -> None:
    """Run a command; print one line with the fix instead of a traceback."""
    # The collector would walk all that is imported, again and again: a tenth of a start.
    gc.disable()
    harden_process()
    if sys.stdin is None:  # closed by who runs this (0<&-): then nothing can be typed
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for the process
    is_debugging = sys.argv[1:2] == ["--debug"]
    try:
        sys.argv[1 + is_debugging :] = _run_as_service_user(sys.argv[1 + is_debugging :])
        app(prog_name="haven")
    except HavenError as error:
        if is_debugging:
            raise
        typer.echo(str(error), err=True)
        sys.exit(1)
    except Exception as error:
        from bot.store.faults import database_fault  # noqa: PLC0415 - 0.2 s, for errors only

        if is_debugging:
            raise
        why = database_fault(error)
        if why is None:
            typer.echo(_own_fault(error), err=True)
        else:
            typer.echo(f"the database failed: {why}; haven doctor says what to do", err=True)
        sys.exit(1)


def _write_events() -> None:
    """Let a command log what is wrong; what it did, it says itself.

    What a service or a timer runs writes all events: its output is the log.
    """
    if log := sys.modules.get("bot.log"):  # a command without it logs nothing
        log.write_events(only_warnings=True)


def _own_fault(error: Exception) -> str:
    """Return one line about an error that was not expected; its text may hold words of people."""
    if isinstance(error, OSError) and Path(str(error.filename)).is_relative_to(PROGRAM):
        if isinstance(error, PermissionError) and not Path(str(error.filename)).exists():
            folder = Path(str(error.filename)).parent
            return (
                f"{error.filename} cannot be written by the user {user_name()}: run this as the "
                f"owner of {folder}, or in a checkout of your own"
            )
        return f"a file of Haven cannot be read: {error.filename}; install this release again"
    if isinstance(error, OSError) and error.filename is not None and _was_typed(error.filename):
        why = f"{error.filename}: {error.strerror}"
        return f"{why}; name a place that the user {user_name()} may use"
    if isinstance(error, PermissionError) and error.filename is not None:
        return f"the user {user_name()} may not use {error.filename}; name another place"
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} in {Path(last.filename).stem}, line {last.lineno}"
    return (
        f"Haven failed, by a fault of its own ({place}). Try again; if it stays, "
        "haven --debug COMMAND prints where in the program: send that to who maintains it"
    )


def _was_typed(path: object) -> bool:
    """Tell whether a path was named in the command, so that it may be repeated."""
    return str(path) in sys.argv


def _collect_garbage_from_here() -> None:
    """Let the collector begin, if `main` turned it off; what was imported is never garbage."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        gc.enable()


def _run_as_service_user(words: list[str]) -> list[str]:
    """On a machine that was set up, run what root types as the user of the service.

    Returns the words of the command, as that user can follow them.
    """
    is_theirs = bool(words) and not words[0].startswith("-") and words[0] not in AS_TYPED
    is_installed = "HAVEN_ENV_FILE" not in os.environ and INSTALLED.exists()
    if is_theirs and is_installed and not os.geteuid():
        module = import_module("bot.setup.credentials")
        return list(module.run_as_owner(keeps_user=words[0] in KEEPS_USER, words=words))
    return words
