"""What an operator types about partners and their links: it is done, noted, or said why not."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import segno
from PIL import Image

from bot.cli.partners import QR_BORDER, QR_SCALE, write_qr_codes
from tests.support.cli_runner import is_user_message, log_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import CommandResult, Haven

PARTNER = ("partners", "add", "Harbour House")
CAMPAIGN = ("campaigns", "add", "bus stop", "--partner", "Harbour House", "--language", "vi")
ADDRESS = "https://t.me/haven_bot?start=ABCDEFGHIJKLMNOP"


@pytest.fixture(autouse=True)
def _deployment(run_command: Haven) -> None:
    """Begin a deployment: no command about partners does."""
    done(run_command("staff", "add", "Lin Mei-hua", "--language", "id"))


def listed(deployed: Haven, of: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(deployed(of, "list", "--json").stdout)
    return found


def done(result: CommandResult) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_link_is_made_drawn_and_revoked(run_command: Haven, tmp_path: Path) -> None:
    done(run_command(*PARTNER))
    code = done(run_command(*CAMPAIGN)).split()[0]
    (campaign,) = listed(run_command, "campaigns")
    assert campaign | {"id": 0} == {
        "id": 0, "name": "bus stop", "partner": "Harbour House", "code": code, "language": "vi",
        "is_active": True,
    }  # fmt: skip
    assert code in done(run_command("campaigns", "list"))
    folder = tmp_path / "poster"
    said = done(
        run_command("campaigns", "qr", code, str(folder), "--bot", "haven_bot")
    ).splitlines()
    assert said[0] == f"https://t.me/haven_bot?start={code}"
    assert {path.name for path in folder.iterdir()} == {f"{code}.svg", f"{code}.png"}

    done(run_command("campaigns", "revoke", code))
    assert not listed(run_command, "campaigns")[0]["is_active"]
    again = run_command("campaigns", "qr", code, str(folder), "--bot", "haven_bot")
    assert again.returncode == 1
    assert is_user_message(again.stderr)
    assert run_command("campaigns", "revoke", code).returncode == 1
    with closing(log_of(tmp_path)) as connection:
        deeds = connection.execute("SELECT deed, detail FROM audit ORDER BY id").fetchall()
    own = [it for it in deeds if it[0].startswith(("partner", "campaign"))]
    assert own == [("partner_add", ""), ("campaign_add", "vi"), ("campaign_revoke", "")]


def test_a_partner_that_goes_takes_its_links_along(run_command: Haven) -> None:
    number = done(run_command(*PARTNER)).split()[0]
    done(run_command(*CAMPAIGN))
    done(run_command("partners", "disable", number))
    assert [it["is_active"] for it in listed(run_command, "partners")] == [False]
    assert [it["is_active"] for it in listed(run_command, "campaigns")] == [False]
    assert "Harbour House" in done(run_command("partners", "list"))
    assert run_command("partners", "disable", number).returncode == 1
    assert run_command(*CAMPAIGN[:2], "another", *CAMPAIGN[3:]).returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ("campaigns", "add", "x", "--partner", "Nobody", "--language", "vi"),
        ("campaigns", "add", "x", "--partner", "Harbour House", "--language", "xx"),
        ("campaigns", "revoke", "ABCDEFGHIJKLMNOP"),
        ("campaigns", "revoke", "' OR 1=1"),
        ("campaigns", "qr", "ABCDEFGHIJKLMNOP", "folder"),
        ("partners", "add", "x" * 41),
        ("partners", "add", "two\u200bwords"),
        ("partners", "add", " "),
        ("partners", "disable", "7"),
        PARTNER,
    ],
)
def test_what_cannot_be_done_is_said(run_command: Haven, words: tuple[str, ...]) -> None:
    done(run_command(*PARTNER))
    before = (listed(run_command, "partners"), listed(run_command, "campaigns"))
    refused = run_command(*words)
    assert refused.returncode != 0
    assert refused.stderr
    assert (listed(run_command, "partners"), listed(run_command, "campaigns")) == before


def test_partner_counts_are_empty_without_visits(run_command: Haven) -> None:
    assert json.loads(done(run_command("campaigns", "counts", "--json"))) == []
    assert "chats" in done(run_command("campaigns", "counts"))


def test_both_pictures_show_the_code_of_the_link(tmp_path: Path) -> None:
    svg, png = write_qr_codes(ADDRESS, tmp_path / "code")
    matrix = [[bool(it) for it in row] for row in segno.make(ADDRESS, error="m").matrix]
    with Image.open(png) as picture:
        grey = picture.convert("L")
        shown = [
            [grey.getpixel(((x + QR_BORDER) * QR_SCALE + 1, (y + QR_BORDER) * QR_SCALE + 1)) == 0
             for x in range(len(matrix))]
            for y in range(len(matrix))
        ]  # fmt: skip
    assert shown == matrix
    width = str((len(matrix) + 2 * QR_BORDER) * QR_SCALE)
    assert ET.parse(svg).getroot().attrib["width"] == width  # noqa: S314 - our own
    another = segno.make(ADDRESS[:-1] + "Q", error="m").matrix
    other = [[bool(it) for it in row] for row in another]
    assert shown != other  # the control


def test_a_picture_that_is_there_is_not_drawn_over(tmp_path: Path) -> None:
    from bot.errors import HavenError  # noqa: PLC0415

    write_qr_codes(ADDRESS, tmp_path / "code")
    before = (tmp_path / "code.svg").read_bytes()
    with pytest.raises(HavenError, match="cannot be written"):
        write_qr_codes(ADDRESS[:-1] + "Q", tmp_path / "code")
    assert (tmp_path / "code.svg").read_bytes() == before


def test_an_organisation_is_linked_to_the_room_of_a_partner_and_unlinked(
    run_command: Haven,
) -> None:
    done(run_command(*PARTNER))
    assert "room of partner 1" in done(run_command("directory", "link", "spa", "1"))
    for words in (("link", "spa", "7"), ("link", "no_such_code", "1"), ("unlink", "legal_aid")):
        refused = run_command("directory", *words)
        assert refused.returncode != 0
        assert is_user_message(refused.stderr)
    assert "on paper again" in done(run_command("directory", "unlink", "spa"))
    assert run_command("directory", "unlink", "spa").returncode == 1


def test_a_partner_is_named_by_number_or_by_name_in_every_command(run_command: Haven) -> None:
    done(run_command(*PARTNER))
    for number, typed in enumerate(("1", "Harbour House")):
        link = ("campaigns", "add", f"Poster {number}", "--partner", typed, "--language", "vi")
        assert "Harbour House, vi" in done(run_command(*link))
        assert "of partner 1, Harbour House" in done(run_command("directory", "link", "spa", typed))
        assert "Harbour House" in done(run_command("partners", "invite", typed, f"Rosa {number} B"))


def test_a_number_that_is_the_name_of_another_partner_is_not_guessed(run_command: Haven) -> None:
    done(run_command(*PARTNER))
    done(run_command("partners", "add", "1"))
    refused = run_command("directory", "link", "spa", "1")
    assert "1 means two partners, 1 (Harbour House) and 2 (1)" in refused.stderr
    assert "of partner 2" in done(run_command("directory", "link", "spa", "2"))


def test_a_member_is_invited_and_their_access_ends(run_command: Haven) -> None:
    done(run_command(*PARTNER))
    refused = run_command("partners", "invite", "Nobody", "Rosa")
    assert (refused.returncode, "there is no partner Nobody" in refused.stderr) == (1, True)
    said = run_command("partners", "invite", "Harbour House", "Rosa")
    link = done(said).splitlines()[1].rpartition("/welcome/")[2]
    assert re.fullmatch("[0-9a-f]{64}", link)
    assert "HAVEN_PARTNER_ROOM_LISTEN is not set" in said.stderr
    again = done(run_command("partners", "invite-again", "1")).partition("\n")[0]
    assert not again.endswith(link)
    (member,) = json.loads(done(run_command("partners", "members", "--json")))
    assert (member["name"], member["state"]) == ("Rosa", "invited")
    assert run_command("partners", "invite", "Harbour House", "rosa").returncode == 1  # taken
    done(run_command("partners", "end-access", "1"))
    assert run_command("partners", "end-access", "1").returncode == 1
    assert "disabled" in done(run_command("partners", "members"))
