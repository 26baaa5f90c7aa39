"""Files for systemd and for web servers in front of the desk, from templates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings.missing import CREDENTIAL
from bot.setup.files import ETC, UNITS, PlannedFile, Target

TEMPLATES = Path(__file__).with_name("templates")
SERVICES = ("haven.service", "haven-retention.service", "haven-retention.timer")
BACKUP_SERVICES = ("haven-backup.service", "haven-backup.timer")
MAIN_SERVICE = "haven.service"
STARTED = UNITS / "multi-user.target.wants"
"""Has a link to each service that is enabled."""
PROXIES = ETC / "proxy"
PROGRAM = re.compile(r"^ExecStart=(.+) start\nWorkingDirectory=(.+)$", re.MULTILINE)
OF_CHECKOUT = " -m bot.cli"
"""Stands in a command line that runs a checkout."""
BLANK = re.compile("@([A-Z_]+)@")


@dataclass(frozen=True, slots=True)
class Service:
    """What the files of the service depend on."""

    program: str
    """The command line that runs Haven, without arguments."""
    folder: Path
    """The working folder."""
    data: Path
    backups: Path | None
    host_key: Path
    token: Path
    is_encrypted: bool
    """Whether systemd decrypts the credentials."""

    @property
    def blanks(self) -> dict[str, str]:
        """What fills the templates."""
        writes = [str(self.data), *([str(self.backups)] if self.backups else [])]
        kept = f"d {self.backups} 0700 haven haven -" if self.backups else ""
        return {
            "PROGRAM": self.program, "FOLDER": str(self.folder), "DATA": str(self.data),
            "BACKUPS": kept, "WRITES": " ".join(writes), "HOST_KEY": str(self.host_key),
            "TOKEN": str(self.token), "ENCRYPTED": "Encrypted" if self.is_encrypted else "",
        }  # fmt: skip


def read_program(unit: str) -> tuple[str, Path | None] | None:
    """Return the command line that a written service names, and the checkout it needs, if any.

    Without a checkout the working folder is that of the data, which may be another one now.
    """
    found = PROGRAM.search(unit)
    if found is None:
        return None
    return found[1], Path(found[2]) if OF_CHECKOUT in found[1] else None


def services_that_run(target: Target) -> tuple[str, ...]:
    """Return the services that run Haven: one for all, or those of its parts if they are enabled.

    With several machines the parts run by themselves (MACHINES.md); next to them the one for all
    would be refused at every start.
    """
    found = {it.name for it in target.at(STARTED).glob("haven*.service")}
    parts = sorted(found - {MAIN_SERVICE})
    return tuple(parts) if parts and MAIN_SERVICE not in found else (MAIN_SERVICE,)


def installed_services(target: Target) -> list[str]:
    """Return Haven's services: one for all or those of its parts, of backups and of retention.

    A timer is none of them: it says only that it began. Where none is in this folder, a package
    may have brought the one for all.
    """
    folder = target.at(UNITS)
    found = {it.name for it in folder.glob("haven-*.service") if "@" not in it.name}
    if not found or (folder / MAIN_SERVICE).exists():
        found.add(MAIN_SERVICE)
    return sorted(found)


def services_without_key(target: Target) -> list[str]:
    """Return the installed services to which systemd would hand over no host key."""
    found = ((it, target.at(UNITS / it)) for it in installed_services(target))
    return [name for name, path in found if path.exists() and not _has_key(path)]


def _has_key(unit: Path) -> bool:
    files = [unit, *unit.with_name(f"{unit.name}.d").glob("*.conf")]
    text = "".join(it.read_text(encoding="utf-8", errors="replace") for it in files)
    return any(it in text for it in (CREDENTIAL, "ImportCredential=", "HAVEN_HOST_KEY_FILE"))


def fill_template(name: str, blanks: dict[str, str]) -> str:
    """Return a template with its blanks filled."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return BLANK.sub(lambda it: blanks[it[1]], text).rstrip() + "\n"


def unit_files(service: Service) -> list[PlannedFile]:
    """Return services, timers, and the user and folders they need."""
    blanks = service.blanks
    blanks["HARDENING"] = fill_template("hardening.conf", blanks)
    names = SERVICES + (BACKUP_SERVICES if service.backups else ())
    found = {UNITS / name: name for name in names}
    found[Path("/etc/sysusers.d/haven.conf")] = "sysusers.conf"
    found[Path("/etc/tmpfiles.d/haven.conf")] = "tmpfiles.conf"
    return [PlannedFile(path, fill_template(name, blanks).encode()) for path, name in found.items()]


def proxy_files(origin: str, listen: str) -> list[PlannedFile]:
    """Return files for Caddy and nginx; none for a desk that is reached on this machine only."""
    address = urlsplit(origin)
    if address.scheme != "https" or address.hostname is None:
        return []
    blanks = {"HOST": address.netloc, "NAME": address.hostname, "LISTEN": listen}
    return [
        PlannedFile(PROXIES / name, fill_template(name, blanks).encode())
        for name in ("Caddyfile", "nginx.conf")
    ]


def webhook_files(url: str, listen: str) -> list[PlannedFile]:
    """Return files for Caddy and nginx before the fronts of a webhook; none without one."""
    address = urlsplit(url)
    if address.scheme != "https" or address.hostname is None:
        return []
    blanks = {
        "HOST": address.netloc, "NAME": address.hostname, "PORT": str(address.port or 443),
        "PATH": address.path or "/", "LISTEN": listen,
    }  # fmt: skip
    return [
        PlannedFile(PROXIES / name, fill_template(name, blanks).encode())
        for name in ("webhook.Caddyfile", "webhook.nginx.conf")
    ]
