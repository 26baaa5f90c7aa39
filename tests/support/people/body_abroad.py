"""A body abroad: its rules, its key, and two colleagues who confirm it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from bot.exports.bodies_abroad import BodiesAbroad, BodyAbroad, BodyPurpose, BodyRules
from bot.exports.open_package import fingerprint
from bot.vault import AuditLog
from bot.vault.keys.hpke import KeyPair

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

CODE, NAME = "harapan", "Yayasan Harapan, Indonesia"
RULES = BodyRules(
    (BodyPurpose.PROTECTION, BodyPurpose.RETURN), ("language", "safe"), 14,
    date(2020, 1, 1), date(2099, 12, 31),
)  # fmt: skip


@dataclass
class HarapanAbroad:
    """The body, as a deployment knows it."""

    office: WebDeskHarness
    key: KeyPair = field(default_factory=KeyPair.generate)

    @property
    def bodies(self) -> BodiesAbroad:
        return BodiesAbroad(self.office.vault, AuditLog(self.office.vault))

    def is_registered(self, **changed: object) -> None:
        """Have the operator register it, with its key."""
        body = BodyAbroad(CODE, NAME, "ID", replace(RULES, **changed))  # type: ignore[arg-type]
        writer, now = self.office.home.database.writer, self.office.home.loop.now()
        writer.run_sync(lambda work: self.bodies.add(work, body, "operator", now))
        self.sends_key(self.key)

    def sends_key(self, key: KeyPair) -> None:
        writer, now = self.office.home.database.writer, self.office.home.loop.now()
        writer.run_sync(lambda work: self.bodies.set_key(work, CODE, key.public, "operator", now))
        writer.run_sync(self.office.home.house.fact_checks.follow)
        writer.run_sync(self.office.front.follow_fact_checks)

    def is_confirmed_by(self, *workers: WebCaseworker) -> list[str]:
        """Have colleagues type its fingerprint; return what each is told."""
        return [self.reads_to(it, fingerprint(self.key.public)) for it in workers]

    def reads_to(self, worker: WebCaseworker, words: str) -> str:
        response = worker.browser.post("/bodies/confirm", {"code": CODE, "words": words})
        assert response.status_code == 303, response.text[:300]
        return worker.browser.get("/bodies").text
