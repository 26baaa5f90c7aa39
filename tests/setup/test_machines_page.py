"""The services of several machines, made from the one that setup writes, as the page says it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.setup.service_files import Service, unit_files
from tests.support.database.machines_page import followed

SERVICE = Service(
    "/opt/haven/bin/haven", Path("/opt/haven"), Path("/var/lib/haven"), None,
    Path("/etc/haven/credentials/key"), Path("/etc/haven/credentials/token"), is_encrypted=False,
)  # fmt: skip


def test_the_page_makes_a_service_of_each_role_from_the_one_of_setup(tmp_path: Path) -> None:
    unit = next(it for it in unit_files(SERVICE) if it.path.name == "haven.service")
    (tmp_path / "haven.service").write_bytes(unit.content)
    lines = [it for it in followed("services") if not it.startswith(("cd ", "systemctl "))]
    subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=tmp_path, check=True)  # noqa: S603, S607
    made = {it.name: it.read_text() for it in tmp_path.iterdir()}
    enabled = followed("services")[-1].split()[3:]
    assert set(made) == {"haven.service", *enabled}
    for role, more in (("front", ""), ("worker", ""), ("desk", ""), ("leader", " --standby")):
        text = made[f"haven-{role}.service"]
        assert f"ExecStart=/opt/haven/bin/haven start --only {role}{more}\n" in text
        # The front alone knows what Telegram does; one machine has a port once.
        listens = {"front": "127.0.0.1:8092", "leader": None}.get(role, "")
        own = f"Environment=HAVEN_WATCH_LISTEN={listens}\n"
        assert (own in text) == (listens is not None)
        assert text.count("HAVEN_WATCH_LISTEN") == (listens is not None)
