"""What an operator types: it does what it says, and what cannot be done is a sentence."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import typer
from typer.core import TyperGroup

from bot.cli.main import app
from bot.languages import LANGUAGES
from bot.vault import HostKey, Vault
from flows import ALL_FLOWS
from tests.support.cli_runner import is_user_message, run_haven, start_haven, written
from tests.support.database.key_store_fixtures import (
    PASSWORD,
    QUEUES,
    enrol_approved,
    key_store,
    staff_keys,
)
from tests.support.harnesses import hotline_harness
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = bytes(range(32)).hex()
"""The key of the vault in `tests.support.harnesses.hotline_harness`."""
LATER = "My sister, 0900 000 000."
WORDS = "My papers are in the blue box."


def commands() -> Iterator[tuple[str, click.Command]]:
    yield from _below(typer.main.get_command(app), "")


def _below(command: Any, typed: str) -> Iterator[tuple[str, click.Command]]:
    yield typed.strip(), command
    if isinstance(command, TyperGroup):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from _below(command.get_command(context, name), f"{typed} {name}")


# --- Help -----------------------------------------------------------------------------------


def without_help(typed: str, command: click.Command) -> list[str]:
    """Return the command if its help is no sentence, and its options without help."""
    has_sentence = command.help and command.help.strip().endswith((".", ")"))
    options = [it for it in command.params if it.param_type_name == "option"]
    silent = [f"{typed} --{it.name}" for it in options if not getattr(it, "help", None)]
    return silent if has_sentence else [typed, *silent]


def test_every_command_and_option_has_help() -> None:
    known = list(commands())
    assert len(known) > 60
    assert [it for typed, command in known for it in without_help(typed, command)] == []


def test_a_command_without_help_is_found() -> None:
    silent = click.Command("x", params=[click.Option(["--y"])], help="no full stop")
    assert without_help("x", silent) == ["x", "x --y"]


def test_help_names_every_command() -> None:
    done = start_haven("--help")
    assert done.returncode == 0
    for name in ("start", "demo", "rehearse", "doctor", "cases", "flows", "keys"):
        assert re.search(rf"\b{name}\b", done.stdout)


@pytest.mark.parametrize(("typed", "next_word"), [((), "cases"), (("cases",), "show")])
def test_half_a_command_shows_how_to_go_on(typed: tuple[str, ...], next_word: str) -> None:
    done = run_haven(*typed)
    assert done.returncode == 2
    assert re.search(rf"^  {next_word} +\w+", done.stdout + done.stderr, re.MULTILINE)


# --- Conversations on paper and at the terminal -----------------------------------------------


def test_a_flow_is_drawn() -> None:
    done = run_haven("flows", "draw", "report")
    assert done.returncode == 0
    assert done.stdout.startswith("flowchart TD")
    assert 'danger[["danger"]]' in done.stdout


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_flow_is_printed_in_the_language_of_who_reviews_it(language: str) -> None:
    done = run_haven("flows", "print", "report", "--language", language)
    assert done.returncode == 0
    assert f'<html lang="{language}">' in done.stdout
    assert ("เล่าเรื่อง" in done.stdout) == (language == "th")


def test_a_conversation_is_rehearsed_to_its_end() -> None:
    answers = ["I am safe here", WORDS, "3", "/skip", "2"]
    done = run_haven("rehearse", "talk", said="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stderr
    assert "Are you safe where you are right now?" in done.stdout
    assert "[1 Send] [2 Not now]" in done.stdout
    assert done.stdout.rstrip().endswith("== stopped")


def test_a_rehearsal_that_is_left_ends_quietly() -> None:
    done = run_haven("rehearse", "report", "--language", "id", said="/why\n")
    assert done.returncode == 0
    assert done.stderr == ""


# --- What does not exist ----------------------------------------------------------------------


@pytest.mark.parametrize("typed", [("flows", "draw"), ("flows", "print"), ("rehearse",)])
def test_a_flow_that_does_not_exist_is_answered_with_those_that_do(typed: tuple[str, ...]) -> None:
    done = run_haven(*typed, "reports")
    assert done.returncode == 2
    assert is_user_message(done.stderr)
    assert "there is no flow reports" in done.stderr
    assert all(flow.name in done.stderr for flow in ALL_FLOWS)


@pytest.mark.parametrize("typed", [("flows", "print"), ("rehearse",)])
def test_a_language_that_is_not_offered_is_answered_with_those_that_are(
    typed: tuple[str, ...],
) -> None:
    done = run_haven(*typed, "report", "--language", "xx")
    assert done.returncode == 2
    assert is_user_message(done.stderr)
    assert all(tag in done.stderr for tag in LANGUAGES)


# --- Settings ---------------------------------------------------------------------------------


def test_the_doctor_names_every_setting_that_is_missing_and_the_fix(tmp_path: Path) -> None:
    done = run_haven("doctor", data=tmp_path / "data")
    assert done.returncode == 1
    assert "HAVEN_TELEGRAM_TOKEN is not set: the token BotFather gave" in done.stdout
    assert "HAVEN_ORGANISATION is not set: the name people are told" in done.stdout
    assert "HAVEN_CONTACT is not set" in done.stdout
    assert "HAVEN_HOST_KEY_FILE is not set: a file made with: haven keys new" in done.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"keep_days": "3"}, "HAVEN_KEEP_DAYS: days a closed case is kept, 7 to 365"),
        ({"time_zone": "Mars/Base"}, "HAVEN_TIME_ZONE: the name of a time zone"),
        ({"telegram_token": "my-secret"}, "HAVEN_TELEGRAM_TOKEN: the token BotFather gave"),
        ({"hours": "9-5"}, "HAVEN_HOURS: when caseworkers answer"),
        ({"organisation_kind": "cartel"}, "HAVEN_ORGANISATION_KIND: one of: ngo"),
        ({"telegram_api": "ftp://x"}, "HAVEN_TELEGRAM_API: an address like"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_with_its_fix_and_never_its_value(
    settings: dict[str, str], fix: str
) -> None:
    done = run_haven("doctor", **settings)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert fix in done.stderr
    assert not any(value in done.stderr for value in settings.values() if len(value) > 3)


def test_a_bot_without_its_settings_does_not_start(tmp_path: Path) -> None:
    done = run_haven("start", data=tmp_path / "data")
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "HAVEN_ORGANISATION is not set" in done.stderr
    done = run_haven("start", data=tmp_path / "data", organisation="Hope House", contact="02-1234")
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "HAVEN_TELEGRAM_TOKEN is not set" in done.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    HostKey.create(tmp_path / "host.key")
    settings = {"data": tmp_path / "file", "host_key_file": tmp_path / "host.key"}
    password = written(tmp_path / "password", PASSWORD)
    mei = ("Mei", "--language", "id", "--password-file", password)
    done = run_haven("staff", "add", *mei, **settings)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert f"HAVEN_DATA: {tmp_path}/file cannot be read" in done.stderr


# --- Keys -------------------------------------------------------------------------------------


def test_a_new_key_is_for_its_owner_alone_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "host.key"
    done = run_haven("keys", "new", str(path))
    assert done.returncode == 0
    assert "Keep a copy" in done.stdout
    made = path.read_text(encoding="ascii")
    assert made.strip() not in done.stdout + done.stderr
    assert path.stat().st_mode & 0o777 == 0o400
    again = run_haven("keys", "new", str(path))
    assert again.returncode == 1
    assert is_user_message(again.stderr)
    assert path.read_text(encoding="ascii") == made


def test_a_key_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_haven("keys", "new", str(tmp_path / "file" / "host.key"))
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "name a folder you may write to" in done.stderr


# --- Cases ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path | str]:
    """Somebody wrote that they want to talk: the database they left, and its key."""
    folder = tmp_path_factory.mktemp("deployment")
    store = key_store(folder)
    vault = Vault(hotline_harness.ROOT, store)
    home = HotlineHarness(folder, vault=vault)
    reader, stranger = home.colleague("Mei"), home.colleague("Jun")
    enrol_approved(staff_keys(vault), reader.id, "caseworker", QUEUES, PASSWORD, MIDDAY)
    enrol_approved(staff_keys(vault), stranger.id, "caseworker", (), PASSWORD, MIDDAY)
    (folder / "reader").write_text(reader.id)
    (folder / "stranger").write_text(stranger.id)
    written(folder / "password", PASSWORD)
    written(folder / "wrong", "another long password")
    person = home.person("en")
    person.says("hello")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says(WORDS)
    person.presses("Send", "Only when I write", "Skip", "Ask me at a set time")
    person.says("21")
    person.presses("Every day", "Call a number")
    person.says(LATER)
    person.says("mangga tua")
    person.presses("One word is enough", "Send")
    home.close()
    key = tmp_path_factory.mktemp("keys") / "host.key"
    key.write_text(KEY, encoding="ascii")
    key.chmod(0o400)
    url = store.database.url.render_as_string(hide_password=False)
    return {"data": folder, "host_key_file": key, "database_url": home.url, "keys_url": url}


def as_(deployment: dict[str, Path | str], who: str, file: str = "password") -> tuple[str, ...]:
    """Return what is typed to sign in."""
    folder = Path(deployment["data"])
    return ("--as", (folder / who).read_text(), "--password-file", str(folder / file))


@pytest.fixture(scope="module")
def case(deployment: dict[str, Path | str]) -> dict[str, str]:
    """The one case, as the queue shows it to a program."""
    (found,) = json.loads(run_haven("cases", "list", "--json", **deployment).stdout)
    return found


def test_the_queue_is_printed_and_holds_no_words(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    done = run_haven("cases", "list", **deployment)
    assert done.returncode == 0, done.stderr
    assert "Waiting: 1" in done.stdout
    assert case["kind"] == "talk"
    assert case["reference"] in done.stdout
    assert WORDS not in done.stdout + json.dumps(case)


def test_one_queue_is_listed_with_its_due_times(
    deployment: dict[str, Path | str], case: dict[str, str | None]
) -> None:
    assert case["queue"] == "trafficking"
    assert case["due_at"] is not None
    assert case["holder"] is None
    (found,) = json.loads(
        run_haven("cases", "list", "--queue", "trafficking", "--json", **deployment).stdout
    )
    assert found == case
    assert (
        json.loads(run_haven("cases", "list", "--queue", "labour", "--json", **deployment).stdout)
        == []
    )
    assert "late" in run_haven("cases", "list", "--queue", "trafficking", **deployment).stdout
    done = run_haven("cases", "list", "--queue", "harbour", **deployment)
    assert done.returncode == 2
    assert "child_protection" in done.stderr


def test_a_case_is_opened_in_the_language_of_who_reads_it(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    reference = f" {case['reference'].lower()} "
    typed = ("cases", "show", reference, *as_(deployment, "reader"))
    english = run_haven(*typed, **deployment)
    assert english.returncode == 0, english.stderr
    assert WORDS in english.stdout
    assert "I am safe here" in english.stdout
    chinese = json.loads(run_haven(*typed, "--language", "zh_Hant", "--json", **deployment).stdout)
    assert "Messages and notes" in english.stdout
    assert re.findall(r"\{\w+\}", english.stdout) == []
    written = [(it["from"], it["text"]) for it in chinese["messages"]]
    assert ("person", LATER) in written
    told = {it["step"]: it["answer"] for it in chinese["reports"][0]["answers"]}
    assert told["also"] == f"hello\n{WORDS}"
    assert told["safe"] != "I am safe here"
    assert len(chinese["authorities"]) == 3
    for body in chinese["authorities"]:
        assert body["condition"]
        assert all("第" in article for article in body["articles"])
    assert chinese["duties"]
    assert (chinese["indicators"], len(chinese["unknown_topics"])) == ([], 3)


def test_search_reads_only_cases_the_caseworker_may_open(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    typed = ("cases", "search", WORDS.upper(), *as_(deployment, "reader"))
    found = json.loads(run_haven(*typed, "--json", **deployment).stdout)
    (hit,) = found["hits"]
    assert (hit["reference"], hit["in"], hit["text"]) == (case["reference"], "sent", WORDS)
    assert f"Hits: 1. Searched {found['items']} items" in run_haven(*typed, **deployment).stdout
    nothing = run_haven("cases", "search", WORDS, *as_(deployment, "stranger"), **deployment)
    assert "1 cases you may not open" in nothing.stdout
    assert WORDS not in nothing.stdout
    short = run_haven("cases", "search", "x", *as_(deployment, "reader"), **deployment)
    assert (short.returncode, is_user_message(short.stderr)) == (1, True)
    unknown = run_haven("cases", "search", WORDS, *as_(deployment, "reader", "wrong"), **deployment)
    assert (unknown.returncode, is_user_message(unknown.stderr)) == (1, True)


def audited(deployment: dict[str, Path | str], deed: str) -> list[tuple[str, str, str]]:
    """Return who did something, to which case if to one, and what else the log says of it."""
    path = str(deployment["database_url"]).removeprefix("sqlite:///")
    asked = (
        "SELECT actor, reference, detail FROM audit LEFT JOIN cases ON cases.id = subject"
        " WHERE deed = ? ORDER BY audit.id"
    )
    with closing(sqlite3.connect(path)) as it:
        return it.execute(asked, (deed,)).fetchall()


def test_the_log_says_who_looked_and_not_for_what(deployment: dict[str, Path | str]) -> None:
    run_haven("cases", "search", WORDS, *as_(deployment, "reader"), **deployment)
    rows = audited(deployment, "search")
    assert rows
    assert (Path(deployment["data"]) / "reader").read_text() in {actor for actor, *_ in rows}
    assert all(detail.isdigit() for *_, detail in rows)


def test_a_case_whose_words_were_found_is_one_that_was_read(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    """Once, however often they stand there; whoever finds nothing has read nothing."""
    reader = (Path(deployment["data"]) / "reader").read_text()
    before = audited(deployment, "read")
    found = run_haven("cases", "search", "my", *as_(deployment, "reader"), "--json", **deployment)
    assert len(json.loads(found.stdout)["hits"]) == 3  # one text as a message and as an answer
    assert audited(deployment, "read")[len(before) :] == [(reader, case["reference"], "search")]
    run_haven("cases", "search", "nowhere written", *as_(deployment, "reader"), **deployment)
    run_haven("cases", "search", WORDS, *as_(deployment, "stranger"), **deployment)
    assert len(audited(deployment, "read")) == len(before) + 1


def test_a_case_stays_sealed_without_signing_in(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    done = run_haven("cases", "show", case["reference"], **deployment)
    assert done.returncode == 0, done.stderr
    assert case["reference"] in done.stdout
    assert "encrypted" in done.stdout
    assert WORDS not in done.stdout
    assert "I am safe here" not in done.stdout
    known = json.loads(run_haven("cases", "show", case["reference"], "--json", **deployment).stdout)
    assert (known["is_open"], known["reports"], known["reasons"]) == (False, [], [])
    assert "messages" not in known
    assert "Messages" not in done.stdout


def test_an_agreed_check_in_hour_is_shown_only_after_signing_in(
    deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    typed = ("cases", "show", case["reference"])
    signed_in = (*typed, *as_(deployment, "reader"))
    assert "every day at 21:00" in run_haven(*signed_in, **deployment).stdout
    assert (
        json.loads(run_haven(*signed_in, "--json", **deployment).stdout)["check_in"]["hour"] == 21
    )
    told = run_haven(*typed, **deployment).stdout + run_haven(*typed, "--json", **deployment).stdout
    assert case["reference"] in told
    assert not [it for it in ("21:00", "hour", "every day", "a number", "check_in") if it in told]


@pytest.mark.parametrize(
    ("who", "password", "told"),
    [("reader", "wrong", "does not open"), ("stranger", "password", "supervisors")],
)
def test_a_case_does_not_open_for_other_staff_or_a_wrong_password(
    who: str, password: str, told: str, deployment: dict[str, Path | str], case: dict[str, str]
) -> None:
    done = run_haven(
        "cases", "show", case["reference"], *as_(deployment, who, password), **deployment
    )
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert told in done.stderr
    assert WORDS not in done.stdout + done.stderr


def test_a_deployment_without_key_holders_does_not_start(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    settings: dict[str, Path | str] = {
        "data": tmp_path / "data", "host_key_file": tmp_path / "host.key",
        "organisation": "Hope House", "contact": "02-1234",
        "telegram_token": "123456:ABCdefGHIjklMNOpqrSTUvwxYZ0123456789",
    }  # fmt: skip
    added = run_haven("staff", "add", "Chen", "--role", "auditor", "--language", "en", **settings)
    assert added.returncode == 0, added.stderr
    done = run_haven("start", **settings)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "no caseworker has a key" in done.stderr
    assert "haven staff add" in done.stderr
    said = run_haven("doctor", **settings).stdout
    assert "wrong  a caseworker can open what people send: no caseworker" in said


def test_a_case_that_does_not_exist_is_a_sentence(deployment: dict[str, Path | str]) -> None:
    done = run_haven("cases", "show", "AAAAAA", **deployment)
    assert done.returncode == 1
    assert done.stderr == "there is no case AAAAAA; haven cases list shows them\n"


def test_a_case_under_another_key_does_not_open_and_says_so(
    deployment: dict[str, Path | str], case: dict[str, str], tmp_path: Path
) -> None:
    run_haven("keys", "new", str(tmp_path / "other.key"))
    other = {**deployment, "host_key_file": tmp_path / "other.key"}
    done = run_haven("cases", "show", case["reference"], **other)
    assert done.returncode == 1
    assert is_user_message(done.stderr)


@pytest.mark.parametrize("typed", [("cases", "list"), ("cases", "show", "K7M4Q2")])
def test_where_there_is_no_database_it_is_said(typed: tuple[str, ...], tmp_path: Path) -> None:
    done = run_haven(*typed, data=tmp_path)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "HAVEN_DATA" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "haven.db").write_bytes(b"this is no database" * 100)
    done = run_haven("cases", "list", data=tmp_path)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "the database cannot be read" in done.stderr


def test_what_people_are_told_of_what_is_kept_is_printed_with_its_version() -> None:
    told = {"organisation": "Hope House", "contact": "02-1234"}
    said = run_haven("privacy", "--language", "id", **told)
    assert said.returncode == 0, said.stderr
    *words, version = said.stdout.strip().split("\n")
    assert "90 hari" in "\n".join(words)
    assert re.fullmatch(r"SHA-256 [0-9a-f]{64}", version)
    other = run_haven("privacy", "--language", "id", keep_days="30", **told).stdout
    assert "30 hari" in other
    assert version not in other
