"""What an operator types to make the public site: it is made, or what is missing is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.vault.keys.host_key import HostKey
from tests.support.cli_runner import command_runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import Haven

NAMED = {"HAVEN_ORGANISATION": "Garden of Light", "HAVEN_CONTACT": "www.example.org"}
FEW = {**NAMED, "HAVEN_LANGUAGES": "vi,my"}
BOT = ("--bot", "@garden_of_light_bot")


@pytest.fixture
def site(tmp_path: Path) -> Haven:
    return command_runner(tmp_path, **FEW)


def test_the_site_is_made_before_the_first_start_and_again(site: Haven, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for _time in range(2):
        made = site("site", "build", str(folder), *BOT)
        assert made.returncode == 0, made.stderr
        assert "31 files in 3 languages for @garden_of_light_bot" in made.stdout
        assert "before 2027-11-24: then the first number expires" in made.stdout
    assert {it.name for it in folder.iterdir() if it.is_dir()} == {"en", "vi", "my"}
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    refused = site("site", "build", str(folder), *BOT)
    assert refused.returncode == 1
    assert "notes.txt was not made by this command; move it out" in refused.stderr


def test_the_link_of_a_partner_stands_on_the_pages_of_its_language(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    haven = command_runner(tmp_path, **FEW)
    assert haven("staff", "add", "Lin Mei-hua", "--language", "id").returncode == 0
    assert haven("partners", "add", "Harbour House").returncode == 0
    link = ("campaigns", "add", "site", "--partner", "Harbour House", "--language", "vi")
    code = haven(*link).stdout.split()[0]
    made = haven("site", "build", str(tmp_path / "site"), *BOT, "--code", code)
    assert made.returncode == 0, made.stderr
    page = (tmp_path / "site/vi/index.html").read_text(encoding="utf-8")
    assert f"https://t.me/garden_of_light_bot?start={code}" in page
    for wrong, fault in (
        (("--code", "ABCDEFGHIJKLMNOP"), "--code is of no link in use; haven campaigns list"),
        (("--code", code, "--code", code), "name one --code for each language"),
    ):
        assert fault in haven("site", "build", str(tmp_path / "site"), *BOT, *wrong).stderr


@pytest.mark.parametrize(
    ("env", "words", "fault"),
    [
        ({}, BOT, "HAVEN_ORGANISATION is not set: the name people are told"),
        (NAMED, (), "HAVEN_TELEGRAM_TOKEN is not set: .*; or name the bot: --bot NAME"),
        (NAMED, ("--bot", "garden"), "--bot needs the name of a bot as Telegram shows it"),
        (NAMED, ("--bot", "<script>_bot"), "--bot needs the name of a bot as Telegram shows it"),
        (NAMED, (*BOT, "--exit", "javascript:alert(1)"), "--exit is no address of a page, like"),
        (NAMED, (*BOT, "--exit", 'https://x/"><script>'), "--exit is no address of a page, like"),
        (NAMED, (*BOT, "--code", "A" * 16), "--code needs the database of the links: "),
        (NAMED, (*BOT, "--posters", "nowhere"), "nowhere is no folder; haven posters make"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_the_fix(
    tmp_path: Path, env: dict[str, str], words: tuple[str, ...], fault: str
) -> None:
    said = command_runner(tmp_path, **env)("site", "build", str(tmp_path / "site"), *words)
    assert said.returncode == 1
    assert fault.partition(": .*")[0] in said.stderr
    assert fault.rpartition(".*; ")[2] in said.stderr
    assert not (tmp_path / "site").exists()


def test_a_pack_is_made_in_the_languages_that_are_named(site: Haven, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    made = site("prevention", "make", str(folder), *BOT, "--languages", "my")
    assert made.returncode == 0, made.stderr
    assert "6 files for @garden_of_light_bot (my)" in made.stdout
    assert {it.name for it in (folder / "my").iterdir()} >= {"slides.pdf", "quiz.pdf", "posts.txt"}
    refused = site("prevention", "make", str(folder), *BOT, "--languages", "km")
    assert refused.returncode == 2
    assert "--languages km is none of: vi, en, my" in " ".join(refused.stderr.split())
