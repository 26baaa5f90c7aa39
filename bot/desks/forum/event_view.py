"""Events become letters to the group: lines in the topic of their case, calls where all look."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.escape_text import visible
from bot.cases.routing import name_of
from bot.desks.forum import texts
from bot.desks.forum.cards import SIGNS, passed_on, token
from bot.desks.forum.check_in_view import hour_told
from bot.desks.forum.deadline_view import clock_line, clock_told, clocks_dated
from bot.desks.forum.message_view import OURS, heard, phrase_told, said_told, veiled
from bot.desks.forum.progress_view import marked, named
from bot.desks.forum.referral_view import referred
from bot.hotline.chat.messages import Sort
from bot.hotline.chat.passphrases import Found
from bot.hotline.chat.takeover import UNTIL_HOURS, UNTIL_MET, UNTIL_STEADY, UNTIL_WRITTEN
from bot.hotline.check_ins.texts import NOT_ASKED, WHY
from bot.hotline.commands.texts import CLAIMED, DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, Happened
from bot.hotline.queue.alerts import Concern, whom
from bot.messages import Button, Draw, Mention, OpenTopic, React, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.desks.case_summary import Glance
    from bot.desks.forum.context import Place, Setup
    from bot.desks.forum.topics import Topic
    from bot.messages import Body
    from bot.store.writer import Work
    from bot.text import Text

CARD, TOLD, NEWEST = "card", "told", "newest"
"""What is drawn when it is delivered: the card, all that was sent, what was sent last."""
CHANGES_THE_CARD = frozenset(
    {
        Happened.OPENED, Happened.RAISED, Happened.CLAIMED, Happened.RELEASED, Happened.LAPSED,
        Happened.TRANSFERRED, Happened.TAKEN_OVER, Happened.HANDED_BACK, Happened.REFERRED,
        Happened.CLOSED, Happened.REOPENED, Happened.CONFIRMED, Happened.WORD_TRIED, Happened.CLOCK,
    }
)  # fmt: skip
LETS_GO = frozenset({Happened.HANDED_BACK, Happened.RELEASED, Happened.LAPSED, Happened.CLOSED})
"""After these no caseworker holds the conversation."""
ARRIVED, KEPT = "\U0001f44d", "\u270d"
"""Signs on a caseworker's message: it reached the person; it was kept as a note."""
CAN_BE_CHANGED = frozenset({Sort.WORDS, Sort.FILES})
"""What of a caseworker's can be edited after it went."""
HERE = "forum"
"""How this desk says where somebody stands: `forum.<thread>.<message>`."""


def at_desk(thread: int, message: int) -> str:
    """Return where a caseworker stands."""
    return f"{HERE}.{thread}.{message}"


def where(desk: str) -> tuple[int, int] | None:
    """Return the topic and the message somebody stands at; None for another desk."""
    name, *numbers = desk.split(".")
    if name != HERE or len(numbers) != 2:  # noqa: PLR2004 - a topic and a message
        return None
    return int(numbers[0]), int(numbers[1])


class Showing:
    """Shows the events of one unit of work."""

    def __init__(self, setup: Setup, place: Place, work: Work, now: int) -> None:
        self._setup = setup
        self._tongue = setup.tongue
        self._place = place
        self._work = work
        self._now = now
        self._topics: dict[str, Topic] = {}
        self._glances: dict[str, Glance | None] = {}
        self._drawn: dict[str, None] = {}
        self.bodies: list[tuple[str, Body]] = []
        """Each with the case it belongs to; empty for the room where all look."""

    def show(self, events: Sequence[Event]) -> None:
        """Gather what shows these events, in their order; cards come last, each once."""
        for each in events:
            event = self._with_case(each)
            if event.case and self._glance(event.case) is None:
                continue  # erased meanwhile: nothing of it is shown any more
            handler = _SHOWN.get(event.what)
            if handler is not None:
                handler(self, event)
            if event.case and event.what in CHANGES_THE_CARD:
                self._note_holding(event)
                self._drawn[event.case] = None
        for case in self._drawn:
            self._put(case, Draw(case, CARD))
        for topic in self._topics.values():
            self._setup.topics.keep(self._work, self._place.now, topic)

    def _with_case(self, event: Event) -> Event:
        """Return an event that names its case: of the topic in which the command was given."""
        here = None if event.case else where(event.at_desk)
        topic = None
        if here is not None and here[0]:
            topic = self._setup.topics.at(self._work, self._place.now, here[0])
        return event if topic is None else replace(event, case=topic.case)

    # --- what it is about --------------------------------------------------------------------

    def _glance(self, case: str) -> Glance | None:
        if case not in self._glances:
            self._glances[case] = self._setup.glances.at(self._work, case)
        return self._glances[case]

    def _sure(self, event: Event) -> Glance:
        glance = self._glance(event.case)
        assert glance is not None  # noqa: S101 - `show` passes over the others
        return glance

    def _topic(self, case: str) -> Topic:
        if case not in self._topics:
            self._topics[case] = self._setup.topics.of_case(self._work, self._place.now, case)
        return self._topics[case]

    def _name(self, who: str) -> str:
        return self._setup.name_of(self._work, who)

    def _note_holding(self, event: Event) -> None:
        topic = self._topic(event.case)
        if event.what is Happened.TAKEN_OVER:
            topic.shown.is_held = True
        elif event.what in LETS_GO:
            topic.shown.is_held = False

    # --- saying it ---------------------------------------------------------------------------

    def _put(self, case: str, *bodies: Body) -> None:
        self.bodies += [(case, body) for body in bodies]

    def _line(self, event: Event, text: Text, **values: str) -> None:
        """Say a line in the topic."""
        self._put(event.case, Say(self._tongue(text, **values), topic=event.case))

    def _call(self, text: str, to: Iterable[str], case: str) -> None:
        """Say something where all look, and name those whom it concerns."""
        staff = [found for who in to if (found := self._setup.staff.find(self._work, who))]
        names = " ".join(each.name for each in staff)
        glance = self._glance(case)
        rows: tuple[tuple[Button, ...], ...] = ()
        if glance is not None and not glance.holder:
            rows = ((Button(self._tongue(texts.CLAIM), token(Verb.CLAIM, case)),),)
        self._put(
            "",
            Say(
                f"{text}\n{names}".rstrip(),
                rows,
                mentions=tuple(Mention(each.name, each.account) for each in staff if each.account),
            ),
        )

    # --- each event --------------------------------------------------------------------------

    def _opened(self, event: Event) -> None:
        glance = self._sure(event)
        concern = Concern(
            glance.case, glance.reference, glance.queue, glance.language, None, 0, self._now
        )
        text = self._tongue(
            texts.IS_WAITING,
            reference=glance.reference,
            level=self._tongue.level(glance.priority),
            language=self._tongue.spoken(glance.language),
            queue=self._tongue(name_of(glance.queue)),
        )
        staff = self._setup.staff.all(self._work)
        self._call(f"{SIGNS[glance.priority]}{text}", whom(concern, staff, self._now), event.case)
        self._topic(event.case)
        self._put(event.case, OpenTopic(topic=event.case), Draw(event.case, CARD))
        if self._setup.shows_words:
            files = self._setup.glances.files(self._work, event.case)
            self._put(event.case, Draw(event.case, TOLD), *veiled(event.case, files))
        self._drawn.pop(event.case, None)

    def _added(self, event: Event) -> None:
        if not self._setup.shows_words:
            self._line(event, texts.SENT_MORE)
            return
        files = self._setup.glances.files(self._work, event.case, self._now)
        self._put(event.case, Draw(event.case, NEWEST), *veiled(event.case, files))

    def _raised(self, event: Event) -> None:
        glance = self._sure(event)
        self._line(event, texts.IS_RAISED, level=self._tongue.level(glance.priority))

    def _by(self, text: Text) -> Callable[[Event], None]:
        return lambda event: self._line(event, text, name=self._name(event.by))

    def _moved(self, event: Event) -> None:
        self._by(_MOVES[event.what])(event)

    def _lapsed(self, event: Event) -> None:
        text = self._tongue(event.text or texts.LAPSED, **event.values)
        self._put(event.case, Say(text, topic=event.case))
        self._call(text, event.to, event.case)

    def _transferred(self, event: Event) -> None:
        glance = self._sure(event)
        to = [found for who in event.to if (found := self._setup.staff.find(self._work, who))]
        names = " ".join(each.name for each in to)
        told = passed_on(self._setup, glance, self._name(event.by), names, self._now)
        mentions = tuple(Mention(each.name, each.account) for each in to if each.account)
        self._put(event.case, Say(told, topic=event.case, mentions=mentions))

    def _taken_over(self, event: Event) -> None:
        lines = [self._tongue(texts.TAKEN_OVER, name=self._name(event.by))]
        if event.bookmark is not None and self._setup.shows_words:
            lines += marked(self._setup, event.bookmark)
        if self._setup.shows_words:
            lines.append(self._tongue(texts.HOW_TO_SAY))
        self._put(event.case, Say("\n".join(lines), topic=event.case))

    def _handed_back(self, event: Event) -> None:
        self._line(event, texts.STOPPED if event.code == "stopped" else texts.HANDED_BACK)

    def _word_tried(self, event: Event) -> None:
        """Say what a word came to; under duress, where all look as well."""
        self._line(event, _FOUND[event.code], **event.values)
        if event.code == Found.DURESS:
            glance = self._sure(event)
            text = self._tongue(texts.IS_COMPROMISED, reference=glance.reference)
            self._call(f"{SIGNS[0]}{text}", (glance.holder,) if glance.holder else (), event.case)

    def _heard(self, event: Event) -> None:
        if event.code:
            self._line(event, texts.NOT_CONFIRMED)
        if not self._setup.shows_words or event.exchange is None:
            self._line(event, texts.WROTE)
            return
        self._put(event.case, *heard(self._setup, self._sure(event), event.exchange))

    def _said(self, event: Event) -> None:
        it, here = event.exchange, where(event.at_desk)
        if it is None:
            return
        if here is not None and it.letter is not None:
            self._topic(event.case).shown.waiting.append((it.letter, here[1]))
            if it.sort in CAN_BE_CHANGED:
                self._topic(event.case).shown.said.append((it.letter, here[1]))
        if not self._setup.shows_words:
            return
        if it.sort is Sort.PHRASE:
            text = phrase_told(self._setup, self._sure(event), it)
            self._put(event.case, Say(f"{OURS} {text}", topic=event.case))
        elif here is None:
            told = said_told(it)
            self._line(event, texts.SAID_BY, name=self._name(event.by), words=told)

    def _held_up(self, event: Event) -> None:
        """Show words that wait, and why."""
        self._said(event)
        here = where(event.at_desk)
        waiting = self._topic(event.case).shown.waiting
        held = next((number for it, number in waiting if it == event.letter), 0)
        why = self._tongue(_HELD.get(event.code, texts.NOT_SENT_YET))
        self._put(event.case, Say(why, topic=event.case, answers=here[1] if here else held))

    def _kept_back(self, event: Event) -> None:
        self._line(event, texts.KEPT_BACK)

    def _settled(self, event: Event) -> None:
        """Mark a caseworker's message with what became of it; bad news is said in words as well."""
        waiting = self._topic(event.case).shown.waiting
        letter = event.letter
        message = next((number for it, number in waiting if it == letter), 0)
        self._topic(event.case).shown.waiting = [it for it in waiting if it[0] != letter]
        ended = texts.ENDS.get(event.code)
        if ended is not None:
            self._put(event.case, Say(self._tongue(ended), topic=event.case, answers=message))
        elif message:
            self._put(event.case, React(message, ARRIVED))

    def _noted(self, event: Event) -> None:
        here = where(event.at_desk)
        if here is not None:
            self._put(event.case, React(here[1], KEPT))
        elif self._setup.shows_words and event.exchange is not None:
            told = visible(event.exchange.content.words)
            self._line(event, texts.NOTE_BY, name=self._name(event.by), words=told)

    def _answered(self, event: Event) -> None:
        flow, _dot, step = event.code.partition(".")
        told = named(self._setup, flow, step)
        self._line(event, texts.ANSWER_FILLED, name=self._name(event.by), question=told)

    def _referred(self, event: Event) -> None:
        said = referred(self._setup, event.referral) if event.referral else None
        if said is not None:
            self._put(event.case, said)

    def _wished(self, event: Event) -> None:
        """Say it in the topic, and where all look when it is new: somebody has to make sure."""
        if event.text is None:
            return
        text = self._tongue(event.text, **event.values)
        self._put(event.case, Say(text, topic=event.case))
        if not event.by:
            self._call(f"{self._sure(event).reference}: {text}", event.to, event.case)

    def _closed(self, event: Event) -> None:
        how = self._setup.dispositions.get(event.code)
        told = self._tongue(how) if how else event.code
        self._line(event, texts.WAS_CLOSED, name=self._name(event.by), how=told)

    def _overdue(self, event: Event) -> None:
        if event.text is not None:
            text = self._tongue(event.text, **event.values)
            if (why := WHY.get(event.code)) is not None:
                text = f"{text} {self._tongue(NOT_ASKED, why=self._tongue(why))}"
            for it in event.running:
                text = f"{text} {clock_line(self._setup, self._sure(event), it, self._now)}"
            self._call(f"\u231b {text}", event.to, event.case)

    def _clock(self, event: Event) -> None:
        glance = self._sure(event)
        told = clock_told(self._setup, self._work, glance, event, self._now)
        self._put(event.case, Say(told, topic=event.case))
        if not event.by:
            self._call(f"\u231b {glance.reference}: {told}", event.to, event.case)

    def _checked_in(self, event: Event) -> None:
        """Say in the topic that the agreed hour was kept, or ended; what ended it calls nobody."""
        if event.text is not None:
            self._put(event.case, hour_told(self._setup, self._sure(event), event))

    def _told(self, event: Event) -> None:
        """Answer whoever gave a command, where they stand; what shows there is not said twice."""
        here = where(event.at_desk)
        if here is None or event.text is None:
            return
        thread, message = here
        if thread and event.case and not event.is_refused and event.text in {DONE, CLAIMED}:
            return
        glance, values = self._glance(event.case) if event.case else None, dict(event.values)
        if glance is not None and event.running:
            values["clocks"] = clocks_dated(self._setup, glance, event.running, self._now)
        text = self._tongue(event.text, **values)
        if glance is not None and not thread:
            text = f"{glance.reference}: {text}"
        self._put(event.case, Say(text, thread=thread, answers=message))


_MOVES: Mapping[Happened, Text] = {
    Happened.CLAIMED: texts.CLAIMED,
    Happened.RELEASED: texts.RELEASED,
    Happened.REOPENED: texts.REOPENED,
    Happened.CONFIRMED: texts.IS_CONFIRMED,
}
_FOUND: Mapping[str, Text] = {
    Found.RIGHT: texts.WORD_RIGHT,
    Found.WRONG: texts.WORD_WRONG,
    Found.DURESS: texts.COMPROMISED,
    Found.TOO_OFTEN: texts.WORDS_NO_MORE,
    Found.RIGHT_TOO_LATE: texts.WORD_TOO_LATE,
}
_HELD: Mapping[str, Text] = {
    UNTIL_MET: texts.UNTIL_MET,
    UNTIL_HOURS: texts.UNTIL_HOURS,
    UNTIL_WRITTEN: texts.UNTIL_WRITTEN,
    UNTIL_STEADY: texts.UNTIL_STEADY,
}
_SHOWN: Mapping[Happened, Callable[[Showing, Event], None]] = {
    Happened.OPENED: Showing._opened,  # noqa: SLF001 - a table of this class's own lines
    Happened.ADDED: Showing._added,  # noqa: SLF001
    Happened.RAISED: Showing._raised,  # noqa: SLF001
    Happened.CLAIMED: Showing._moved,  # noqa: SLF001
    Happened.RELEASED: Showing._moved,  # noqa: SLF001
    Happened.REOPENED: Showing._moved,  # noqa: SLF001
    Happened.LAPSED: Showing._lapsed,  # noqa: SLF001
    Happened.TRANSFERRED: Showing._transferred,  # noqa: SLF001
    Happened.TAKEN_OVER: Showing._taken_over,  # noqa: SLF001
    Happened.HANDED_BACK: Showing._handed_back,  # noqa: SLF001
    Happened.HEARD: Showing._heard,  # noqa: SLF001
    Happened.CONFIRMED: Showing._moved,  # noqa: SLF001
    Happened.WORD_TRIED: Showing._word_tried,  # noqa: SLF001
    Happened.SAID: Showing._said,  # noqa: SLF001
    Happened.SETTLED: Showing._settled,  # noqa: SLF001
    Happened.HELD: Showing._held_up,  # noqa: SLF001
    Happened.KEPT_BACK: Showing._kept_back,  # noqa: SLF001
    Happened.NOTED: Showing._noted,  # noqa: SLF001
    Happened.ANSWERED: Showing._answered,  # noqa: SLF001
    Happened.REFERRED: Showing._referred,  # noqa: SLF001
    Happened.WISHED: Showing._wished,  # noqa: SLF001
    Happened.CLOSED: Showing._closed,  # noqa: SLF001
    Happened.LINKED: Showing._wished,  # noqa: SLF001
    Happened.OVERDUE: Showing._overdue,  # noqa: SLF001
    Happened.CLOCK: Showing._clock,  # noqa: SLF001
    Happened.CHECKED_IN: Showing._checked_in,  # noqa: SLF001
    Happened.TOLD: Showing._told,  # noqa: SLF001
}
