"""`haven posters make`: files where they were asked for, none replaced, and refusals with a fix."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.support.cli_runner import is_user_message
from tests.support.poster_harness import QR_MM, read_codes, seen_by_phone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import CommandResult, Haven


def done(result: CommandResult) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout


def make_links(run_command: Haven, *languages: str) -> list[str]:
    done(run_command("staff", "add", "Lin Mei-hua", "--language", "id"))
    done(run_command("partners", "add", "Harbour House"))
    return [
        done(
            run_command(
                "campaigns", "add", f"pier {it}", "--partner", "Harbour House", "--language", it
            )
        ).split()[0]
        for it in languages
    ]


def test_posters_are_made_for_one_link_and_never_over_a_file(
    run_command: Haven, tmp_path: Path
) -> None:
    (code,) = make_links(run_command, "vi")
    words = ("posters", "make", code, "--out", str(tmp_path / "out"), "--bot", "haven_bot")
    said = done(
        run_command(
            *words, "--kind", "a4", "--kind", "sticker", "--format", "png", "--languages", "id,vi"
        )
    ).splitlines()
    assert [it.rpartition("/")[2] for it in said] == [
        f"{kind}-discreet-id-vi-{code[:6].lower()}.png" for kind in ("a4", "sticker")
    ]
    for kind in ("a4", "sticker"):
        picture = (tmp_path / "out" / f"{kind}-discreet-id-vi-{code[:6].lower()}.png").read_bytes()
        assert QR_MM[kind]
        assert read_codes(seen_by_phone(picture, kind)) == {f"https://t.me/haven_bot?start={code}"}

    again = run_command(*words, "--kind", "sticker", "--format", "png", "--languages", "id,vi")
    assert again.returncode == 1
    assert "is there already: move it, or name another folder by --out" in again.stderr
    pdf = done(run_command(*words, "--openness", "open")).strip()
    reader = PdfReader(io.BytesIO((tmp_path / "out" / pdf.rpartition("/")[2]).read_bytes()))
    assert reader.metadata is not None
    assert reader.metadata.title == "Bạn bị ép làm việc? @haven_bot"


def test_what_cannot_be_printed_is_refused_and_leaves_no_file(
    run_command: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, gone = make_links(run_command, "vi", "id", "th")
    done(run_command("campaigns", "revoke", gone))
    out = ("--out", str(tmp_path / "out"), "--bot", "haven_bot")
    refused = [
        ((gone, *out), "is revoked: its link does nothing. Make a new one"),
        ((first, gone, *out), "is revoked"),
        (("ABCDEFGHIJKLMNOP", *out), "haven campaigns list shows them"),
        ((first, *out, "--languages", "xx"), "no such language; there are id, vi"),
        ((first, second, *out, "--languages", "th"), "one link for all of them"),
        ((first, second, *out, "--kind", "tile"), "take up to 1, or one link for all languages"),
        ((first, *out[:2], "--bot", "other bot"), "no name of a bot"),
    ]
    for words, fix in refused:
        result = run_command("posters", "make", *words)
        assert (result.returncode, fix in result.stderr) == (1, True), (words, result.stderr)
        assert is_user_message(result.stderr)
    assert run_command("posters", "make", first, *out, "--kind", "a3").returncode != 0
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    result = run_command("posters", "make", first, *out)
    assert "pip install 'typst>=0" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["t.me/other", "Harbour\u202eHouse", "@other_bot"])
def test_a_name_that_misleads_readers_is_refused_at_creation(run_command: Haven, name: str) -> None:
    done(run_command("staff", "add", "Lin Mei-hua", "--language", "id"))
    refused = run_command("partners", "add", name)
    assert refused.returncode == 1
    assert is_user_message(refused.stderr)
