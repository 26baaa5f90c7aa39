"""The rooms of Haven the walk goes through, put together as the application does."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import fields
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.cases.consents import ConsentRecords
from bot.cases.intake import Intake
from bot.cases.record.store import RecordEntries
from bot.channels.telegram.parsing.parse import parse, parse_group
from bot.clock import HOUR, SystemClock
from bot.conversation import FlowRegistry
from bot.dispatch.batch import BatchProcessor
from bot.dispatch.conversation_store import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.privacy_notice import PrivacyNotice
from bot.dispatch.reminders.check_in_scheduler import CheckInScheduler
from bot.dispatch.reminders.deadline_reminders import DeadlineReminders
from bot.dispatch.reminders.reminder_letters import ReminderLetters
from bot.dispatch.rendering import Renderer
from bot.dispatch.staff_service import StaffService
from bot.dispatch.turn_services import TurnServices
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.chat.phrasebook import Phrasebook
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.commands.context import HotlineServices
from bot.hotline.commands.store import StaffCommands
from bot.hotline.connections.store import CaseConnections
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.deliveries.blockers import DeliveryBlockers
from bot.hotline.deliveries.delivering import DeliveryDesk
from bot.hotline.duties import CaseDuties
from bot.hotline.interpreting.follow import InterpretingFollower
from bot.hotline.on_call.alarms import OnCallAlarms
from bot.hotline.on_call.roster import OnCallRoster
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.referrals.consent_dialog import ConsentDialog, ConsentTexts
from bot.hotline.referrals.store import Referrals
from bot.hotline.services.store import ServicePlans
from bot.hotline.staff.service_hours import ServiceHours
from bot.hotline.staff.staff import Staff
from bot.mailbox.courier import Courier, Mailbox
from bot.mailbox.inbox import Inbox
from bot.mailbox.outbox import Outbox
from bot.mailbox.passphrase_jobs import PassphraseJobs
from bot.mailbox.rate_limit import UNLIMITED
from bot.partners.members import PartnerMembers
from bot.places.deadlines import NO_DEADLINES
from bot.places.taiwan import TAIWAN
from bot.settings import Settings
from bot.store.database import Database
from bot.text import Text
from bot.vault import HostKey, KeyStore, Vault
from bot.vault.audit.log import AuditLog
from bot.vault.keys.passwords import PasswordCost
from bot.vault.keys.staff_keys import StaffKeys
from tests.bench.haven.scripted_flow import PHRASING, Welcome
from tests.bench.update_feed import BOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.dispatch.staff_service import Desk
    from bot.mailbox.delivery import Channel

NUMBER: Final = int(str(BOT["id"]))
_KEYS: Final = "HAVEN_BENCH_KEYS"
ADDRESS: Final = "HAVEN_BENCH_DATABASE"
"""The variable with the address of a PostgreSQL, for the processes of one run."""
WHO: Final = ("one", "walks by")
"""Who can open everything, and their password."""


class _FrozenHourClock(SystemClock):
    """The machine's clock, put back to where the hour began: no walk runs into the next."""

    def __init__(self) -> None:
        self._back = super().now() % HOUR

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return super().now() - self._back


CLOCK: Final = _FrozenHourClock()
ERA: Final = CLOCK.now() // HOUR
"""What the buttons of a sitting that begins in a run are told apart by."""


CHEAP: Final = PasswordCost(memory=64, passes=1)
"""No measurement is of how long a password takes to try."""


def _vault() -> Vault:
    """Return a vault with a key store of its own, which the process that fills shares."""
    folder = os.environ.setdefault(_KEYS, "") or tempfile.mkdtemp(prefix="haven-bench-keys-")
    if not os.environ[_KEYS]:
        os.environ[_KEYS] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keys = KeyStore(Database(f"sqlite:///{folder}/keys.db"))
    vault = Vault(HostKey(bytes(range(32))), keys)
    now = SystemClock().now()
    vault.rotate_epoch(now)
    if not vault.cases.wraps.holders().teams:
        who, password = WHO
        StaffKeys(keys, vault.prove, CHEAP).enrol(
            who, "supervisor", ("trafficking",), password, now
        )
    return vault


VAULT: Final = _vault()
"""Every run has the same key, so that another process can fill the store."""
_WORDS: Final = ConsentTexts(**{field.name: Text(field.name) for field in fields(ConsentTexts)})
_NOBODY: Final[frozenset[str]] = frozenset()


def database(folder: Path) -> Database:
    """Return the database of a run: SQLite in its folder, unless an address is named."""
    return Database(os.environ.get(ADDRESS) or f"sqlite:///{folder / 'haven.db'}")


def courier(store: Database, channel: Channel) -> Courier:
    """Return a courier in no hurry to spare Telegram."""
    return Courier(_mailbox(), store.writer, channel, CLOCK, UNLIMITED)


def _mailbox() -> Mailbox:
    return Mailbox(Inbox(NUMBER, VAULT), Outbox(VAULT), PassphraseJobs(VAULT))


def dispatcher(store: Database, letters: Courier, desks: Sequence[Desk] = ()) -> Dispatcher:
    """Return a dispatcher that knows one flow."""
    mailbox, intake = _mailbox(), Intake(VAULT, NUMBER)
    phrasebook, book = Phrasebook({}), FlowRegistry((Welcome,))
    consent = ConsentDialog(book, {}, _WORDS)
    screens = Renderer(PHRASING)
    referrals = Referrals(VAULT, AuditLog(VAULT), book, consent)
    setting = TurnServices(
        book,
        screens,
        PHRASING,
        VAULT,
        facts_at=lambda _: _NOBODY,
        phrasebook=phrasebook,
        consent=consent,
        notice=PrivacyNotice(Welcome, lambda: _NOBODY, screens),
        zone=ZoneInfo("Asia/Taipei"),
        service_hours=ServiceHours(Settings(), VAULT),
    )
    kept = Conversations(VAULT)
    batches = BatchProcessor(
        mailbox=mailbox,
        conversations=kept,
        intake=intake,
        services=setting,
        parse=parse,
        staff_service=_staff_side(mailbox.outbox, intake, kept, setting, referrals, desks),
    )
    return Dispatcher(
        mailbox=mailbox,
        commands=StaffCommands(VAULT),
        batches=batches,
        writer=store.writer,
        courier=letters,
        clock=CLOCK,
    )


def _staff_side(
    outbox: Outbox,
    intake: Intake,
    kept: Conversations,
    setting: TurnServices,
    referrals: Referrals,
    desks: Sequence[Desk],
) -> StaffService:
    audit, promises = AuditLog(VAULT), ReplyClocks()
    hotline = HotlineServices(
        vault=VAULT,
        audit=audit,
        staff=Staff(VAULT),
        claims=Claims(audit, promises),
        reply_clocks=promises,
        phrasebook=setting.phrasebook,
        intake=intake,
        registry=setting.registry,
        deadlines=CaseDeadlines(VAULT, audit, NO_DEADLINES),
        check_ins=CheckIns(VAULT, audit),
        referrals=referrals,
        deliveries=DeliveryDesk(
            DeliveryBlockers(ConsentRecords(VAULT), {}),
            PartnerMembers(VAULT, audit),
            setting.consent,
            {},
        ),
        consents=ConsentRecords(VAULT),
        recipients={},
        record_entries=RecordEntries(VAULT),
        connections=CaseConnections(VAULT),
        plans=ServicePlans(VAULT, audit),
        place=TAIWAN,
        duties=CaseDuties(VAULT, CaseDeadlines(VAULT, audit, NO_DEADLINES), ()),
        offices=setting.offices,
    )
    reminders = ReminderLetters(hotline, outbox, kept, setting)
    checking = CheckInScheduler(hotline.check_ins, hotline.deadlines, promises, intake, reminders)
    reminding = DeadlineReminders(hotline.deadlines, reminders, checking)
    return StaffService(
        hotline, StaffCommands(VAULT), CaseMessages(VAULT), outbox, intake, desks, parse_group,
        reminding, OnCallAlarms(OnCallRoster(VAULT, setting.zone), hotline.staff, audit),
        InterpretingFollower(VAULT, audit, hotline.consents),
    )  # fmt: skip
