"""The container: not root, nothing writable but the data, a health check, locked libraries."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.settings.missing import CREDENTIAL_FOLDER
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "bot/setup/container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (FOLDER / "compose.yaml").read_text(encoding="utf-8")


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, each on one line."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    found = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(it[0], it[2].strip()) for it in found]


def faults_of(text: str) -> set[str]:
    """Return what a linter would say of a Dockerfile, and what this image promises."""
    found = instructions(text)
    last = found[[name for name, _ in found].index("FROM", 1) :]
    users = [rest for name, rest in last if name == "USER"]
    images = [rest.split()[0] for name, rest in found if name == "FROM"]
    installs = [rest for name, rest in found if name == "RUN" and "pip install" in rest]
    rules = {
        "runs as root": bool(users) and users[-1].split(":")[0] not in {"0", "root"},
        "no health check": any(name == "HEALTHCHECK" for name, _ in last),
        "an image without a version": all(":" in it and ":latest" not in it for it in images),
        "ADD": all(name != "ADD" for name, _ in found),
        "libraries without hashes": all(
            "--require-hashes" in it or "--no-deps" in it for it in installs
        ),
        "a cache stays": all("--no-cache-dir" in it for it in installs),
        "an entry point in a shell": all(
            isinstance(json.loads(rest), list)
            for name, rest in last
            if name in {"CMD", "ENTRYPOINT"}
        ),
    }
    return {fault for fault, holds in rules.items() if not holds}


def test_the_image_is_not_root_has_a_health_check_and_locked_libraries() -> None:
    assert faults_of(DOCKERFILE) == set()
    assert f"CREDENTIALS_DIRECTORY={CREDENTIAL_FOLDER}" in DOCKERFILE


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("USER 10001:10001", "USER root", "runs as root"),
        ("--require-hashes", "", "libraries without hashes"),
        (" --no-cache-dir", "", "a cache stays"),
        ("FROM python:3.13-slim-trixie\n", "FROM python\n", "an image without a version"),
        ("HEALTHCHECK", "LABEL", "no health check"),
        ("COPY . .", "ADD . .", "ADD"),
    ],
)
def test_a_faulty_image_is_found(right: str, wrong: str, fault: str) -> None:
    assert right in DOCKERFILE
    assert fault in faults_of(DOCKERFILE.replace(right, wrong))


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed here")
def test_hadolint_finds_nothing() -> None:
    done = subprocess.run(  # noqa: S603
        ["hadolint", str(FOLDER / "Dockerfile")],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == ""


def block(name: str) -> str:
    """Return a block of the compose file by the line that begins it."""
    found = re.search(rf"(?m)^( *){re.escape(name)}:(?: &\w+)?\n((?:\1 +.*\n|\n)*)", COMPOSE)
    assert found is not None, name
    return found[2]


def test_every_container_is_confined_and_only_the_proxy_is_reached() -> None:
    services = re.findall(
        r"(?m)^  (\w+):$", COMPOSE.partition("services:")[2].partition("\nnetw")[0]
    )
    assert services == ["haven", "backup", "database", "proxy"]
    for name in ("x-haven", "database", "proxy"):
        assert "read_only: true" in block(name), name
        assert "no-new-privileges:true" in block(name), name
    assert all("<<: *haven" in block(name) for name in ("haven", "backup"))
    assert [name for name in services if "ports:" in block(name)] == ["proxy"]
    assert "network_mode: none" in block("database")
    assert "network_mode: none" in block("backup")
    assert 'user: "10001:10001"' in block("x-haven")
    assert "cap_drop: [ALL]" in block("x-haven")
    assert "condition: service_healthy" in block("x-haven")


def test_the_image_of_the_compose_file_is_that_of_this_release() -> None:
    version = re.search(r'(?m)^version = "(.+)"', (ROOT / "pyproject.toml").read_text())
    assert version is not None
    assert f"image: haven:{version[1]}\n" in COMPOSE


def test_the_bill_of_materials_names_every_library_of_the_lock_file(tmp_path: Path) -> None:
    made = tmp_path / "haven.cdx.json"
    subprocess.run([ROOT / ".ci/sbom", made], check=True, capture_output=True)  # noqa: S603
    bill = json.loads(made.read_text(encoding="utf-8"))
    locked = re.findall(r"(?m)^([a-z0-9][\w.-]*)==", (ROOT / "requirements.lock").read_text())
    assert len(locked) > 30
    assert {it["name"] for it in bill["components"]} >= set(locked)
    (licence,) = bill["metadata"]["component"]["licenses"]
    assert licence["license"]["id"] == "AGPL-3.0-or-later"
