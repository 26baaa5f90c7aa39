"""A machine that starts again costs no check-in its alarm, and a doubted clock is told."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from bot.clock import HOUR, MINUTE, SystemClock, boot_number
from bot.hotline.clock_record import _fault_of
from bot.hotline.contact_rule import DISTRUST_PERIOD
from bot.store.database import Database
from bot.store.findings import CLOCK_DOUBTED_UNTIL, CLOCK_ERROR, load_findings
from bot.store.processes.heartbeat import record_heartbeat
from bot.store.statements import delete_by
from bot.store.tables.machines import host_clocks
from tests.hotline.check_ins.test_check_ins import agreed, looks, until
from tests.support.database_fixtures import migrated_url
from tests.support.harnesses.hotline_harness import ALWAYS, BOT
from tests.support.people.contact_rule_simulation import ContactRuleHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.writer import Work

LOOK_OFTEN = 0.05
"""Hours between two looks where it matters by when an alarm comes."""


class RebootHarness(ContactRuleHarness):
    """A deployment whose machine can start again, with a channel that may say another time."""

    channel_error: int | None = 0

    def built(self) -> None:
        super().built()
        self.house.setting.clock_monitor.channel = self._channel_time

    def _channel_time(self) -> int | None:
        return None if self.channel_error is None else self.loop.true() + self.channel_error

    def write(self, unit: Callable[[Work], Any]) -> Any:
        return self.database.writer.run_sync(unit)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RebootHarness]:
    home = RebootHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def told(logs: list[Any]) -> list[tuple[str, str]]:
    return [
        (it["event"], it.get("kind", ""))
        for it in logs
        if it["event"] in {"clock_doubted", "clock_believed"}
    ]


def asked_in_the_evening(home: RebootHarness) -> None:
    """Agree on nine at night, and let the question be asked."""
    agreed(home)
    assert until(home, 20.9) + until(home, 21.4, LOOK_OFTEN) == []


def test_an_alarm_comes_in_time_although_the_machine_started_again(home: RebootHarness) -> None:
    asked_in_the_evening(home)
    with capture_logs() as logs:
        home.reboot(300)
        alarms = until(home, 22.2, LOOK_OFTEN)
    assert told(logs) == []
    assert len(alarms) == 1


def test_the_clock_is_believed_at_the_first_answer_of_the_channel(home: RebootHarness) -> None:
    before = home.house.setting.clock_monitor.steady_since
    home.channel_error = None
    home.reboot()
    monitor = home.house.setting.clock_monitor
    assert monitor.steady_since == home.loop.booted_at
    home.channel_error = 0
    home.run(home.close_writer_idle(2))
    assert monitor.steady_since == before
    assert monitor.span_before is None


def was_wrong(home: RebootHarness) -> None:
    home.write(lambda work: CLOCK_ERROR.record(work, HOUR, home.loop.now()))


def is_behind(home: RebootHarness) -> None:
    home.write(lambda work: record_heartbeat(work, BOT, home.loop.now() + HOUR))


def channel_disagrees(home: RebootHarness) -> None:
    home.channel_error = HOUR


@pytest.mark.parametrize(
    ("fault", "new_start", "kind"),
    [
        (was_wrong, True, "was_wrong"),
        (is_behind, True, "behind_database"),
        (channel_disagrees, True, "channel_disagrees"),
        (lambda _home: None, False, "set_while_off"),
    ],
)
def test_any_other_start_is_doubted_for_an_hour_logged_and_shown(
    home: RebootHarness, fault: Callable[[RebootHarness], None], new_start: bool, kind: str
) -> None:
    asked_in_the_evening(home)
    home._minding.cancel()  # what is recorded last before the machine ends is given here
    fault(home)
    home.house.database.writer.run_sync(lambda _: None)
    with capture_logs() as logs:
        home.reboot(300, new_start=new_start)
        home.run(home.close_writer_idle(3))
        assert told(logs) == [("clock_doubted", kind)]
        now = home.loop.now()
        shown = home.write(lambda work: load_findings(work, now)).clock_doubted_until
        assert shown == home.house.setting.clock_monitor.steady_since + DISTRUST_PERIOD
        assert until(home, 22.2) == []
        home.advance_time(2700)
        assert len(looks(home)) == 1
    assert told(logs)[-1] == ("clock_believed", "")


def restored(home: RebootHarness) -> None:
    """Leave the data as a restore does, which knows no clock of the machine that was."""
    home._minding.cancel()
    home.write(lambda work: work.run(delete_by(host_clocks, ())))


@pytest.mark.parametrize("new_start", [True, False])
def test_an_alarm_comes_in_time_although_the_data_were_restored(
    home: RebootHarness, new_start: bool
) -> None:
    asked_in_the_evening(home)
    restored(home)
    with capture_logs() as logs:
        home.reboot(300, new_start=new_start)
        alarms = until(home, 22.2, LOOK_OFTEN)
    assert told(logs) == []
    assert len(alarms) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (was_wrong, "was_wrong"),
        (is_behind, "behind_database"),
        (channel_disagrees, "channel_disagrees"),
    ],
)
def test_restored_data_are_doubted_where_a_clock_disagrees(
    home: RebootHarness, fault: Callable[[RebootHarness], None], kind: str
) -> None:
    asked_in_the_evening(home)
    restored(home)
    fault(home)
    with capture_logs() as logs:
        home.reboot(300)
        home.run(home.close_writer_idle(3))
        assert told(logs) == [("clock_doubted", kind)]
        assert until(home, 22.2) == []


@pytest.mark.parametrize(("ahead", "fault"), [(0, ""), (3 * MINUTE, "database_disagrees")])
def test_the_clock_of_postgresql_is_asked(tmp_path: Path, ahead: int, fault: str) -> None:
    with closing(Database(migrated_url("postgresql", tmp_path)).writer) as writer:
        assert writer.run_sync(lambda work: _fault_of(work, SystemClock().now() + ahead)) == fault


def test_a_channel_that_does_not_answer_is_told_after_a_minute(home: RebootHarness) -> None:
    home.channel_error = None
    with capture_logs() as logs:
        home.reboot()
        home.run(home.close_writer_idle(50))
        assert told(logs) == []
        home.run(home.close_writer_idle(20))
        assert told(logs) == [("clock_doubted", "unconfirmed")]
        home.channel_error = 0
        home.run(home.close_writer_idle(2))
    assert told(logs)[-1] == ("clock_believed", "")
    assert home.write(lambda work: CLOCK_DOUBTED_UNTIL.load(work, home.loop.now())) == 0


def test_a_process_that_ends_before_the_answer_decides_nothing(home: RebootHarness) -> None:
    before = home.house.setting.clock_monitor.steady_since
    home.channel_error = None
    home.reboot()
    home.restart(20)
    home.channel_error = 0
    home.run(home.close_writer_idle(2))
    assert home.house.setting.clock_monitor.steady_since == before


def test_a_clock_that_is_set_before_the_answer_is_doubted(home: RebootHarness) -> None:
    home.channel_error = None
    home.reboot()
    home.loop.jumped += 5 * MINUTE
    home.channel_error = 5 * MINUTE
    home.run(home.close_writer_idle(2))
    monitor = home.house.setting.clock_monitor
    assert monitor.doubted_until(home.loop.now())
    assert monitor.doubt == "jumped"


def test_this_machine_has_a_number_for_its_start() -> None:
    assert 0 < boot_number() == boot_number() < 2**63
