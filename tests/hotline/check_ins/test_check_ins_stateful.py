"""Whatever happens at the hour agreed on: staff are called exactly when it was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.hotline.check_ins.model import CheckIn, CheckInAction, next_at
from tests.hotline.check_ins.test_check_ins import OPENER, RIGHT, SECOND, agreed, alarms, looks
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    import pytest

WRONG = "good evening"
ZONE = ZoneInfo("Asia/Taipei")
LATEST = 2 * HOUR + 45 * MINUTE
"""By when a silence is told: asked late, a look every quarter of an hour, and a restart."""

DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("passes"), st.sampled_from((10, 25, 50, 110, 300, 700, 1500))),
        st.tuples(st.just("says"), st.sampled_from((RIGHT, SECOND, WRONG, WRONG))),
        st.tuples(st.just("presses"), st.just(0)),
        st.tuples(st.just("restarts"), st.sampled_from((0, 5, 20))),
        st.tuples(st.just("crashes"), st.sampled_from((0, 5, 20))),
    ),
    max_size=14,
)


@dataclass
class Evening:
    """What truly happened, and what staff heard."""

    agreed_at: int
    said: list[tuple[int, str]] = field(default_factory=list)
    called: list[tuple[int, bool]] = field(default_factory=list)
    """When staff were called, and whether it was for the second word."""
    unasked: set[str] = field(default_factory=set)
    """What came to the phone though nobody wrote."""
    chats: set[int] = field(default_factory=set)
    ended_at: int = 0

    def rounds(self) -> list[int]:
        """Return every hour that is over long enough."""
        found = []
        at = next_at(21, self.agreed_at, ZONE)
        while at + LATEST + HOUR < self.ended_at:
            found.append(at)
            at = next_at(21, at, ZONE)
        return found

    def faults(self) -> list[str]:
        """Return what was not as it was promised."""
        found = [] if self.unasked <= {OPENER} else [f"came unasked: {self.unasked}"]
        found += [] if len(self.chats) == 1 else [f"went to others: {self.chats}"]
        for due in self.rounds():
            forced = [at for at, word in self.said if word == SECOND and _counts(at, due)]
            if forced:
                if forced[0] <= due + HOUR:  # later it may be too late: it depends on the question
                    found += self._once_forced(forced[0])
                return found
            found += self._of(due)
        return found

    def _once_forced(self, at: int) -> list[str]:
        found = [] if (at, True) in self.called else ["the second word called nobody at once"]
        if any(called > at and not is_forced for called, is_forced in self.called):
            found.append("silence was told after the second word")
        return found

    def _of(self, due: int) -> list[str]:
        right = [at for at, word in self.said if word == RIGHT and _counts(at, due)]
        came = [at for at, _forced in self.called if due - HOUR <= at < due + DAY - HOUR]
        if any(at <= due + HOUR for at in right):
            return ["staff were called though the right word came"] * bool(came)
        if right:  # it came late, and whether too late depends on when they were asked
            return []
        on_time = [at for at in came if due + HOUR < at <= due + LATEST]
        return [] if len(came) == len(on_time) == 1 else [f"silence: called at {came} for {due}"]


def _counts(at: int, due: int) -> bool:
    return due - HOUR <= at <= due + LATEST


def lived(deeds: list[tuple[str, int | str]]) -> Evening:
    """Live some days with an hour agreed on at midday, and return what came of it."""
    with TemporaryDirectory() as folder:
        home = HotlineHarness(Path(folder), hours=ALWAYS)
        person, _case = agreed(home)
        evening = Evening(home.loop.now())
        home.post.arrived.clear()
        for name, what in [*deeds, ("passes", 30 * 60)]:
            before = len(home.board.events)
            if name == "passes":
                for _ in range(-(-int(what) // 15)):
                    home.advance_time(15 * 60)
                    shown = len(home.post.texts(person.id))
                    looks(home)
                    evening.unasked |= set(home.post.texts(person.id)[shown:])
                    _note(home, evening, before)
                    before = len(home.board.events)
            elif name == "says":
                evening.said.append((home.loop.now(), str(what)))
                person.says(str(what))
            elif name == "presses":
                if any("I can write now" in label for label in person.labels()):
                    person.presses("I can write now")
            elif name == "restarts":
                home.restart(float(what) * 60)
            else:
                home.crash()
                home._at += int(what) * MINUTE
                home.open()
            _note(home, evening, before)
        evening.chats = {chat for chat, _body in home.post.arrived} | {person.id}
        evening.ended_at = home.loop.now()
        home.close()
        return evening


def _note(home: HotlineHarness, evening: Evening, before: int) -> None:
    for it in alarms(home.board.events[before:]):
        is_forced = it.text is not None and "duress word" in it.text.source
        at = evening.said[-1][0] if is_forced else home.loop.now()
        evening.called.append((at, is_forced))


@settings(
    max_examples=drill_length(2, 8), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@example([("passes", 550), ("says", RIGHT), ("restarts", 5), ("passes", 30), ("says", SECOND)])
@example([("passes", 530), ("says", WRONG), ("crashes", 20), ("passes", 50)])
@given(DEEDS)
def test_staff_are_alerted_by_silence_or_duress_never_by_the_right_passphrase(
    deeds: list[tuple[str, int | str]],
) -> None:
    assert lived(deeds).faults() == []


def test_a_bot_that_accepts_any_passphrase_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: nobody is called for silence, or for whoever answered."""
    silent: list[tuple[str, int | str]] = [("passes", 300)]
    answered: list[tuple[str, int | str]] = [("passes", 550), ("says", RIGHT), ("passes", 300)]
    with monkeypatch.context() as patched:
        patched.setattr(CheckIn, "next_action", lambda _it, _now: CheckInAction.WAIT)
        assert lived(silent).faults()
    with monkeypatch.context() as patched:
        patched.setattr("bot.hotline.chat.passphrases.is_same_digest", lambda *_: False)
        assert lived(answered).faults()
