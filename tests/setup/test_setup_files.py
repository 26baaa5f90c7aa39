"""Files that setup writes: quotes, units that systemd takes, proxies, and credentials."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from bot.app.keys import load_host_key
from bot.app.sign_in import ask_secret
from bot.cli.main import INSTALLED
from bot.errors import HavenError, SettingError
from bot.process_hardening import harden_process
from bot.sandbox import TOKEN
from bot.settings import SETTING_NAMES, load_settings
from bot.settings.env_file import ENV_FILE, read_env_file
from bot.settings.missing import CREDENTIAL, CREDENTIAL_FOLDER, TOKEN_CREDENTIAL
from bot.setup import credentials
from bot.setup.answers import example_answers, read_answers
from bot.setup.checks import check_user, command_line
from bot.setup.credentials import CredentialFolder, new_host_key, run_as_owner
from bot.setup.env_file import format_env
from bot.setup.files import UNITS, PlannedFile, Target
from bot.setup.questions import QUESTIONS
from bot.setup.service_files import Service, proxy_files, unit_files, webhook_files
from tests.support.cli_runner import written
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed here"
)
NOBODY = 65534
OTHER_TOKEN = f"222222:{TOKEN.partition(':')[2]}"
HIGHEST_EXPOSURE = 2.0
"""What `systemd-analyze security` may find: 10 is all of the machine, 0 nothing."""
VALUES = [
    "plain",
    "Women's House",
    'say "yes"',
    "a$b`c",
    "a\\b",
    "two  spaces",
    "台灣",
    "a#b",
    "a=b",
]


def service(**other: object) -> Service:
    given = {
        "program": "/bin/true", "folder": Path("/var/lib/haven"), "data": Path("/var/lib/haven"),
        "backups": Path("/var/backups/haven"), "host_key": CREDENTIAL_FOLDER / CREDENTIAL,
        "token": CREDENTIAL_FOLDER / TOKEN_CREDENTIAL, "is_encrypted": False,
    }  # fmt: skip
    return Service(**(given | other))  # type: ignore[arg-type]


# --- Settings and answers ---------------------------------------------------------------------


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_read_by_haven_and_by_a_shell_as_it_was_written(
    tmp_path: Path, value: str
) -> None:
    path = tmp_path / "haven.env"
    if "\\" in value:
        with pytest.raises(SettingError, match="HAVEN_ORGANISATION mixes quotes, or has a backsl"):
            format_env({"organisation": value})
        return
    path.write_text(format_env({"organisation": value}))
    assert read_env_file(path) == {"HAVEN_ORGANISATION": value}
    script = f'. {path}; printf %s "$HAVEN_ORGANISATION"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, check=True)  # noqa: S603, S607
    assert shell.stdout.decode() == value


def test_a_line_break_is_refused() -> None:
    with pytest.raises(SettingError, match="HAVEN_CONTACT has a line break"):
        format_env({"contact": "1\nHAVEN_DESK_MODE=content"})


def test_every_question_is_in_the_example_and_every_setting_it_sets_exists(tmp_path: Path) -> None:
    text = example_answers()
    assert all(f"\n# {key} = " in text for key in QUESTIONS)
    assert {it.setting for it in QUESTIONS.values() if it.setting} <= set(SETTING_NAMES)
    path = tmp_path / "answers.toml"
    path.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    path.chmod(0o600)
    assert read_answers(path).keys() == QUESTIONS.keys()
    path.write_text(text)
    assert read_answers(path) == {}


# --- Services ---------------------------------------------------------------------------------


@needs_systemd
@pytest.mark.parametrize("is_encrypted", [False, True])
def test_systemd_takes_every_unit_without_a_word(tmp_path: Path, is_encrypted: bool) -> None:
    files = [it for it in unit_files(service(is_encrypted=is_encrypted)) if it.path.parent == UNITS]
    assert len(files) == 5
    assert verified(files, tmp_path) == ""


@needs_systemd
def test_an_unknown_word_in_a_unit_is_found(tmp_path: Path) -> None:
    """The negative control."""
    unit = unit_files(service())[0]
    wrong = unit.content.replace(b"ProtectHome", b"ProtectHoem")
    assert "ProtectHoem" in verified([PlannedFile(unit.path, wrong)], tmp_path)


def verified(files: list[PlannedFile], folder: Path) -> str:
    """Return what systemd says about units."""
    for it in files:
        (folder / it.path.name).write_bytes(it.content)
    done = subprocess.run(  # noqa: S603
        ["systemd-analyze", "verify", "--man=no", *(str(folder / it.path.name) for it in files)],  # noqa: S607
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@needs_systemd
def test_every_service_is_hardened(tmp_path: Path) -> None:
    target = Target(tmp_path)
    target.write(unit_files(service()))
    for name in ("haven", "haven-backup", "haven-retention"):
        assert exposure(name, tmp_path) <= HIGHEST_EXPOSURE
    unit = target.at(Path("/etc/systemd/system/haven.service"))
    unit.write_text(unit.read_text().partition("NoNewPrivileges")[0])
    assert exposure("haven", tmp_path) > HIGHEST_EXPOSURE  # the control


def exposure(name: str, root: Path) -> float:
    """Return how exposed systemd finds a service."""
    done = subprocess.run(  # noqa: S603
        ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={root}",  # noqa: S607
         f"{name}.service"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None
    return float(found[1])


def test_the_promises_of_the_services_stand_in_each() -> None:
    units = {it.path.name: it.content.decode() for it in unit_files(service())}
    for name in ("haven.service", "haven-backup.service", "haven-retention.service"):
        for line in (
            "User=haven",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "LimitCORE=0",
            "UMask=0077",
            "MemoryDenyWriteExecute=yes",
            "ReadWritePaths=/var/lib/haven /var/backups/haven",
            "LoadCredential=haven-host-key:/etc/haven/credentials/haven-host-key",
        ):
            assert f"\n{line}\n" in units[name], (name, line)
    assert "haven-telegram-token" in units["haven.service"]
    assert "haven-telegram-token" not in units["haven-backup.service"]


def test_libraries_run_where_no_memory_is_both_written_and_executed() -> None:
    """`MemoryDenyWriteExecute=` as the kernel keeps it (PR_SET_MDWE), with what Haven loads."""
    code = (
        "import ctypes, mmap\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): raise SystemExit(77)\n"
        "import bot.app.run, bot.app.web_desk, psycopg\n"
        "from bot.process_hardening import harden_process; harden_process()\n"
        "from bot.vault.keys.passwords import PasswordCost, derive_key\n"
        "derive_key('x', bytes(16), PasswordCost(memory=8192, passes=1))\n"
        "try: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n"
        "except OSError: print('refused')\n"
    )
    done = run_python(code)
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE")
    assert done.stdout == "refused\n", done.stderr


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:8090"])
def test_a_desk_of_this_machine_alone_gets_no_proxy(origin: str) -> None:
    assert proxy_files(origin, "127.0.0.1:8090") == []


def test_proxies_keep_the_host_hold_nothing_back_and_log_no_addresses() -> None:
    caddy, nginx = (
        it.content.decode() for it in proxy_files("https://desk.example.org", "127.0.0.1:8090")
    )
    assert caddy.splitlines()[2] == "desk.example.org {"
    assert "reverse_proxy 127.0.0.1:8090 {" in caddy
    assert "flush_interval -1" in caddy
    assert "header_up" not in caddy  # Caddy keeps Host unless it is told otherwise
    assert "\n\tlog" not in caddy
    for line in (
        "server_name desk.example.org;",
        "proxy_pass http://127.0.0.1:8090;",
        "proxy_set_header Host $http_host;",
        "proxy_buffering off;",
        "access_log off;",
    ):
        assert line in nginx


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8093/telegram"])
def test_a_webhook_of_this_machine_alone_gets_no_proxy(url: str) -> None:
    assert webhook_files(url, "127.0.0.1:8093") == []


def test_proxies_before_a_front_pass_on_one_path_and_log_nothing() -> None:
    url = "https://bot.example.org:8443/telegram"
    caddy, nginx = (it.content.decode() for it in webhook_files(url, "127.0.0.1:8093"))
    for line in (
        "bot.example.org:8443 {", "handle /telegram {", "reverse_proxy 127.0.0.1:8093 {",
        "health_uri /healthz", "max_size 4MB", "respond 404",
    ):  # fmt: skip
        assert line in caddy
    assert "\n\tlog" not in caddy
    for line in (
        "server_name bot.example.org;", "listen 8443 ssl;", "location = /telegram {",
        "server 127.0.0.1:8093 ", "client_max_body_size 4m;", "access_log off;", "return 404;",
    ):  # fmt: skip
        assert line in nginx
    assert "Forwarded" not in nginx


# --- Who runs it ------------------------------------------------------------------------------


def test_only_root_sets_up_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(HavenError, match=r"run it as root \(sudo haven setup\)"):
        check_user(is_this_machine=True)
    check_user(is_this_machine=False)


@pytest.mark.parametrize("program", ["/root/.local/bin/haven", "/home/haven"])
def test_a_program_the_service_cannot_read_is_refused_with_where_to_put_it(program: str) -> None:
    with pytest.raises(HavenError, match="python3 -m venv /opt/haven"):
        command_line(program, is_this_machine=True)
    assert command_line("/opt/haven/bin/haven", is_this_machine=True)[0] == "/opt/haven/bin/haven"


def test_a_python_the_service_cannot_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """That of pyenv or uv in root's folder: every command would fail to import the library."""
    monkeypatch.setattr(sys, "argv", ["/opt/haven/bin/haven"])
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert command_line("", is_this_machine=True)[0] == "/opt/haven/bin/haven"
    monkeypatch.setattr(sys, "base_prefix", "/root/.pyenv/versions/3.13.5")
    said = r"Python that runs /opt/haven/bin/haven is in /root/\.pyenv.*/usr/bin/python3 -m venv"
    with pytest.raises(HavenError, match=said):
        command_line("", is_this_machine=True)
    assert command_line("", is_this_machine=False)[0] == "/opt/haven/bin/haven"
    made = TemporaryDirectory(dir="/var/tmp")
    request.addfinalizer(made.cleanup)
    program, settings = Path(made.name) / "bin" / "haven", Path(made.name) / "pyvenv.cfg"
    settings.write_text("home = /usr/bin\nversion = 3.13.5\n")
    assert command_line(str(program), is_this_machine=True)[0] == str(program)
    settings.write_text("home = /root/.local/share/uv/python/bin\n")
    with pytest.raises(HavenError, match=r"is in /root/\.local"):
        command_line(str(program), is_this_machine=True)


def test_commands_look_for_the_file_that_setup_writes() -> None:
    assert INSTALLED == ENV_FILE


# --- Credentials ------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("systemd-creds") is None, reason="systemd is not installed here")
def test_a_credential_is_encrypted_for_this_machine_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    disk = TemporaryDirectory(dir="/var/tmp")
    request.addfinalizer(disk.cleanup)
    monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", f"{disk.name}/secret")
    folder, key = CredentialFolder(Target(tmp_path), is_encrypted=True), new_host_key()
    file = folder.planned(CREDENTIAL, key)
    assert file.path.name == "haven-host-key.cred"
    assert key.encode() not in file.content
    assert bytes.fromhex(key) not in file.content
    folder.target.write([file])
    assert CredentialFolder.of(Target(tmp_path)) == folder
    assert folder.load(CREDENTIAL) == key
    folder.target.at(file.path).chmod(0o600)
    folder.target.at(file.path).write_bytes(b"bm90IG9uZQ==")
    with pytest.raises(HavenError, match="systemd-creds cannot decrypt haven-host-key: "):
        folder.load(CREDENTIAL)


def test_another_machine_gets_no_credential_encrypted_for_this_one(tmp_path: Path) -> None:
    assert not CredentialFolder.of(Target(tmp_path)).is_encrypted


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_what_root_types_runs_as_the_user_of_the_service_with_their_key(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("root")
    key, data = new_host_key(), root / "data"
    data.mkdir()
    folder = CredentialFolder.of(Target(root))
    folder.target.write([folder.planned(CREDENTIAL, key)])
    monkeypatch.setenv("HAVEN_DATA", str(data))

    def seen(*, keeps_user: bool = False) -> str:
        run_as_owner(Target(root), keeps_user=keeps_user)
        load = load_host_key(load_settings())
        return f"{os.geteuid()} {os.getuid()} {load.secret.hex() == key}"

    assert in_a_child(lambda: (run_as_owner(Target(root)), str(os.geteuid()))[1]) == "0"
    os.chown(data, NOBODY, NOBODY)
    assert in_a_child(seen) == f"{NOBODY} {NOBODY} True"
    assert in_a_child(lambda: seen(keeps_user=True)) == "0 0 True"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_checkout_that_the_user_of_the_service_cannot_read_is_named_with_the_fix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one in /root: modules that are imported later would not be found."""

    def refused() -> str:
        with pytest.raises(HavenError) as caught:
            run_as_owner(Target(root))
        return str(caught.value)

    with TemporaryDirectory(dir="/var/tmp") as made:  # pytest's own folders are private, too
        root = Path(made)
        root.chmod(0o755)
        checkout, data = root / "checkout", root / "data"
        for folder in (checkout, data):
            folder.mkdir(mode=0o700)
        os.chown(data, NOBODY, NOBODY)
        monkeypatch.setenv("HAVEN_DATA", str(data))
        monkeypatch.setattr(credentials, "PROGRAM_FOLDERS", (checkout,))
        said = in_a_child(refused)
        checkout.chmod(0o755)
        control = in_a_child(lambda: (run_as_owner(Target(root)), str(os.geteuid()))[1])
    assert f"cannot read {checkout}: type the program that is installed (haven)" in said
    assert control == str(NOBODY)


@pytest.mark.parametrize("field", ["TOKEN", "TOKEN_FILE"])
def test_a_token_that_is_set_wins_over_the_one_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    folder = CredentialFolder.of(Target(tmp_path))
    folder.target.write([folder.planned(TOKEN_CREDENTIAL, OTHER_TOKEN)])
    monkeypatch.setenv("HAVEN_DATA", str(tmp_path))

    def token() -> str:
        run_as_owner(Target(tmp_path), keeps_user=True)
        return load_settings().token()

    if os.geteuid() == 0:  # any other user gets no credentials at all
        assert in_a_child(token) == OTHER_TOKEN
    written(tmp_path / "token", TOKEN)
    given = {"TOKEN": TOKEN, "TOKEN_FILE": str(tmp_path / "token")}
    monkeypatch.setenv(f"HAVEN_TELEGRAM_{field}", given[field])
    assert in_a_child(token) == TOKEN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_password_file_of_root_is_read_before_the_command_runs_as_another_user(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("root")
    data = root / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    monkeypatch.setenv("HAVEN_DATA", str(data))
    monkeypatch.chdir(root)
    secret = written(root / "hui.pw", "four green umbrellas")
    words = ["staff", "add", "Hui", "--password-file", "hui.pw", f"--recovery-file={secret}"]

    def seen() -> str:
        found = run_as_owner(Target(root), words=words)
        paths = [Path(found[4]), Path(found[5].partition("=")[2])]
        others = found[:4] == words[:4] and found[5].startswith("--recovery-file=/")
        return f"{os.geteuid()} {others} {[ask_secret(it) for it in paths]}"

    def refused() -> str:
        with pytest.raises(HavenError) as caught:
            run_as_owner(Target(root), words=words)
        return str(caught.value)

    assert in_a_child(seen) == f"{NOBODY} True {['four green umbrellas'] * 2}"
    secret.chmod(0o440)
    assert in_a_child(refused) == "others can read hui.pw; chmod 0400 hui.pw"
    monkeypatch.setenv("HAVEN_DATA", str(root))  # of root: no other user, no other file
    assert in_a_child(lambda: str(run_as_owner(Target(root), words=words) == words)) == "True"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_settings_that_the_service_may_not_read_come_with_the_command_for_root(
    tmp_path: Path,
) -> None:
    path = tmp_path / "haven.env"
    path.write_text("")
    path.chmod(0o640)  # of root and root's group

    def refused() -> str:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with pytest.raises(HavenError) as caught:
            read_env_file(path)
        return str(caught.value)

    said = in_a_child(refused)
    assert "run this as root (sudo); if root did, chgrp " in said
    assert said.endswith(f" {path} and chmod 0640 {path}")


def in_a_child(work: Callable[[], str]) -> str:
    """Return what a function returns in a process of its own, hardened as every command is."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            harden_process()
            os.write(write, work().encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as said:
        return said.read()
