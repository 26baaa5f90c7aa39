"""The timeline: in the order in which the person saw it, whatever happens in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.desks.web.case.conversation import LoadedWindow, PageCursor, changed_keys, message_entry
from bot.desks.web.case.message_view import MessageView
from bot.desks.web.case.timeline import EntryKind, TimelineEntry, arrange, changed_since, order_of
from bot.hotline.chat.messages import MessagePage

ZONE = ZoneInfo("Asia/Taipei")
BEGIN = 1_795_000_000_000_000
ME, COLLEAGUE, PERSON = "mei", "hua", "person"
LINES = {EntryKind.DAY, EntryKind.NEW}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["person", "writes", "arrives", "edits", "colleague", "event"]),
        st.integers(0, 3 * HOUR),
        st.integers(0, 5),
    ),
    max_size=30,
)


@dataclass
class Chat:
    """A conversation as it happens: each step takes some time."""

    now: int = BEGIN
    rows: int = 0
    messages: list[MessageView] = field(default_factory=list)
    events: list[TimelineEntry] = field(default_factory=list)

    def step(self, what: str, passes: int, which: int) -> None:
        self.now += passes + 1
        waiting = [it for it in self.messages if it.is_waiting]
        if what == "arrives" and waiting:
            it = waiting[which % len(waiting)]
            it.is_waiting, it.seen_at, it.delivery_state = False, self.now, "sent"
        elif what == "edits" and self.messages:
            it = self.messages[which % len(self.messages)]
            self.rows += 1
            it.newest_edit, it.edited_at, it.text = self.rows, self.now, f"edit {self.rows}"
        elif what == "event":
            self.rows += 1
            order = order_of(EntryKind.EVENT, self.now, self.rows)
            self.events.append(
                TimelineEntry(f"event-{self.rows}", EntryKind.EVENT, order, happened_at=self.now)
            )
        elif what in {"person", "writes", "colleague"}:
            self._write(what)

    def _write(self, what: str) -> None:
        self.rows += 1
        side = PERSON if what == "person" else "caseworker"
        author = {"person": "", "writes": ME, "colleague": COLLEAGUE}[what]
        self.messages.append(
            MessageView(
                self.rows, side, author, self.now, self.now, f"text {self.rows}",
                is_waiting=what != "person", is_mine=author == ME,
            )
        )  # fmt: skip

    def arranged(self, looked_at: int | None = None) -> list[TimelineEntry]:
        entries = [*map(message_entry, self.messages), *self.events]
        return arrange(entries, looked_at=looked_at, zone=ZONE)


def chat_after(steps: list[tuple[str, int, int]]) -> Chat:
    chat = Chat()
    for step in steps:
        chat.step(*step)
    return chat


def only_messages(entries: list[TimelineEntry]) -> list[MessageView]:
    return [it.content for it in entries if isinstance(it.content, MessageView)]


@given(STEPS)
def test_an_answer_never_stands_under_a_question_that_came_later(
    steps: list[tuple[str, int, int]],
) -> None:
    shown = only_messages(chat_after(steps).arranged())
    for place, theirs in enumerate(shown):
        if theirs.side != PERSON:
            continue
        above, below = shown[:place], shown[place + 1 :]
        assert all(not it.is_waiting and it.seen_at <= theirs.at for it in above)
        assert all(it.is_waiting or it.seen_at >= theirs.at for it in below)


@given(STEPS, st.integers(0, DAY))
def test_one_line_stands_above_everything_that_is_new(
    steps: list[tuple[str, int, int]], looked_after: int
) -> None:
    chat = chat_after(steps)
    entries = chat.arranged(BEGIN + looked_after)
    places = [place for place, it in enumerate(entries) if it.kind is EntryKind.NEW]
    new = [
        place
        for place, it in enumerate(entries)
        if it.kind not in LINES and not it.is_own and it.happened_at > BEGIN + looked_after
    ]
    assert places == ([min(new) - 1] if new else [])
    assert not any(it.kind is EntryKind.NEW for it in chat.arranged(None))


@given(STEPS)
def test_each_day_has_one_line_above_its_first_entry(steps: list[tuple[str, int, int]]) -> None:
    entries = chat_after(steps).arranged()
    days = [it.content for it in entries if it.kind is EntryKind.DAY]
    assert days == sorted(set(days))
    assert [it.order for it in entries] == sorted(it.order for it in entries)
    assert [str(it.order) for it in entries] == sorted(str(it.order) for it in entries)
    assert len({it.key for it in entries}) == len(entries)


@given(STEPS, st.integers(0, DAY))
def test_a_page_that_fetches_only_what_is_new_shows_what_a_fresh_page_shows(
    steps: list[tuple[str, int, int]], looked_after: int
) -> None:
    chat, page = Chat(), dict[str, TimelineEntry]()
    cursor, looked_at = PageCursor(0, 0, 0), BEGIN + looked_after
    for step in steps:
        unsettled = frozenset(it.id for it in only_messages(list(page.values())) if it.is_waiting)
        before = chat.rows
        chat.step(*step)
        arranged = chat.arranged(looked_at)
        found = LoadedWindow(
            MessagePage((), (), 0), chat.messages, [], [], PageCursor(chat.rows, 0, 0), looked_at
        )
        keys = changed_keys(cursor, unsettled, found, ())
        keys += [it.key for it in chat.events if it.order.number > before]
        for it in changed_since(arranged, keys):  # as the script of the page puts them in
            page[it.key] = it
        cursor = found.cursor
        shown = sorted(page.values(), key=lambda it: str(it.order))
        assert [(it.key, it.is_continued) for it in shown] == [
            (it.key, it.is_continued) for it in arranged
        ]


def test_messages_of_one_sender_in_one_minute_are_a_group() -> None:
    chat = Chat(now=BEGIN - BEGIN % MINUTE)
    for what, passes in (
        ("person", 0),
        ("person", 9),
        ("person", MINUTE),
        ("event", 0),
        ("person", 0),
    ):
        chat.step(what, passes, 0)
    shown = [it for it in chat.arranged() if it.kind is EntryKind.MESSAGE]
    assert [it.is_continued for it in shown] == [False, True, False, False]


@pytest.mark.parametrize("gap", [1, 40])
def test_an_entry_that_is_changed_brings_the_one_after_it(gap: int) -> None:
    chat = Chat()
    for _ in range(gap + 2):
        chat.step("person", 0, 0)
    entries = chat.arranged()
    drawn = changed_since(entries, ["message-1"])
    assert [it.key for it in drawn] == [entries[0].key, "message-1", "message-2"]
