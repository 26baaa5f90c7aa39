"""A host key that is missing where there are data: a new one would open nothing of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app.keys import load_host_key
from bot.app.storage import open_database, open_vault
from bot.cli.health import host_key as health
from bot.cli.health.host_key import check_host_key
from bot.errors import HavenError, SettingError
from bot.settings import missing
from bot.settings.env_file import ENV_FILE
from bot.setup.files import UNITS, Target
from bot.setup.secret_files import HANDED_OVER
from bot.setup.service_files import TEMPLATES
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

NEW = "haven keys new"
KEY_LINE = "LoadCredentialEncrypted=haven-host-key:/etc/haven/credentials/haven-host-key.cred\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a deployment with data."""
    made = settings_for(tmp_path)
    database = open_database(made)
    open_vault(made, database).close()
    database.writer.close()
    return made


def said(settings: Settings) -> str:
    with pytest.raises(SettingError) as caught:
        load_host_key(settings)
    return str(caught.value)


def test_a_missing_host_key_of_data_that_are_there_is_sought_and_never_made(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_host_key(settings)  # the control
    gone = replace(settings, host_key_file=tmp_path / "gone.key")
    unset = replace(settings, host_key_file=None)
    for told in (said(gone), said(unset)):
        assert NEW not in told
        assert f"A new key opens nothing of what is in {settings.data.absolute()}" in told
        assert "kept elsewhere" in told
        assert "\n" not in told
    assert str(tmp_path / "gone.key") in said(gone)
    assert "systemd" not in said(unset)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "systemd handed over no credential haven-host-key: see LoadCredential" in said(unset)


def test_a_missing_credential_names_its_place_and_that_setup_writes_it_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "env_file_path", lambda: ENV_FILE)
    told = said(replace(settings, host_key_file=None))
    assert "its credential haven-host-key belongs in /etc/haven/credentials" in told
    assert "run haven setup as root" in told
    assert NEW not in told


def test_a_new_deployment_is_told_how_a_host_key_is_made(tmp_path: Path) -> None:
    made = replace(settings_for(tmp_path), data=tmp_path / "none")
    assert NEW in said(replace(made, host_key_file=None))
    assert NEW in said(replace(made, host_key_file=tmp_path / "gone.key"))


@pytest.mark.parametrize("lacking", ["", "haven.service", "haven-retention.service"])
def test_the_doctor_names_a_service_that_gets_no_host_key(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """Root's commands read the credential themselves: to them the key is there."""
    folder = Target(tmp_path).at(UNITS)
    folder.mkdir(parents=True)
    for name in ("haven.service", "haven-retention.service"):
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("@HARDENING@", KEY_LINE * (name != lacking)))
    monkeypatch.setattr(health, "MACHINE", Target(tmp_path))
    assert settings.host_key_file is not None
    with closing(settings.host_key_file.open("rb")) as file:
        handed_over = replace(settings, host_key_file=HANDED_OVER / str(file.fileno()))
        if not lacking:
            check_host_key(handed_over)
            return
        with pytest.raises(HavenError, match=f"to {lacking}, which cannot begin .* haven setup"):
            check_host_key(handed_over)
        dropped_in = folder / f"{lacking}.d" / "key.conf"
        dropped_in.parent.mkdir()
        dropped_in.write_text(f"[Service]\n{KEY_LINE}")
        check_host_key(handed_over)
