"""Flows as small as a test needs them, and the shortest way to hold one."""

from __future__ import annotations

import msgspec

from bot.conversation import (
    Answer,
    Ask,
    AskPlace,
    AskWhen,
    Begin,
    Choose,
    ChooseMany,
    Collect,
    Danger,
    Decide,
    End,
    Fact,
    Flow,
    FlowRegistry,
    FreeText,
    Input,
    Menu,
    Number,
    Outcome,
    Position,
    PressInput,
    Reply,
    Review,
    Say,
    Turn,
    answer,
    begin,
    pack,
    unpack,
)
from bot.conversation.inputs import TextInput as Written
from bot.text import Text

WHY = Text("So that we ask the right questions.")
YES_NO = {"yes": Text("Yes"), "no": Text("No")}
NOTHING = frozenset[str]()

__all__ = ["FreeText"]


class DangerFlow(Flow):
    """Numbers, then one question."""

    title = Text("Danger")
    numbers = Say(Text("Call {numbers}."))
    tell = Choose(Text("Tell a caseworker?"), why=WHY, now=Text("Now"), not_yet=Text("Not yet"))
    told = End(Text("Told."), Outcome.STAFF_ALERTED, when=tell.was("now"))
    not_told = End(Text("Not told."))


class Small(Flow):
    """A report as short as it can be."""

    title = Text("Small")
    warning = Say(Text("Others may read this."))
    about = Choose(Text("About whom?"), why=WHY, me=Text("Me"), other=Text("Another"))
    safe = Choose(Text("Safe now?"), why=WHY, choices=YES_NO, when=about.was("me"))
    urgent = Danger(when=safe.was("no"))
    thanks = Say(Text("Thank you."))
    what = Ask(Text("What happened?"), why=WHY, short=Text("What"))
    sent = End(Text("Sent."), Outcome.REPORT_SUBMITTED)


class Kinds(Flow):
    """One question of every kind."""

    title = Text("Kinds")
    warning = Say(Text("Others may read this."))
    needs = ChooseMany(
        Text("What is needed?"),
        why=WHY,
        exclusive={"nothing"},
        food=Text("Food"),
        bed=Text("A bed"),
        doctor=Text("A doctor"),
        nothing=Text("Nothing now"),
    )
    people = Ask(Text("How many?"), why=WHY, accepts=Number(1, 500))
    where = AskPlace(
        Text("Where?"), why=WHY, counties={"tpe": Text("Taipei"), "ila": Text("Yilan")}
    )
    since = AskWhen(Text("Since when?"), why=WHY, week=Text("This week"), year=Text("This year"))
    files = Collect(Text("Anything to show?"), why=WHY)
    what = Ask(Text("What happened?"), why=WHY)
    review = Review(
        Text("Look at it again?"),
        questions=(needs, people, where, since, files, what),
        show=Text("Show it"),
        go=Text("Go on"),
    )
    send = Decide(Text("Send it?"), why=WHY, choices=YES_NO)
    not_sent = End(Text("Not sent."), Outcome.STOPPED, when=send.was("no"))
    sent = End(Text("Sent."), Outcome.HELP_REQUESTED)


class Branches(Flow):
    """A question that opens others, and a look back."""

    title = Text("Branches")
    warning = Say(Text("Others may read this."))
    about = Choose(Text("About whom?"), why=WHY, me=Text("Me"), other=Text("Another"))
    mine = Ask(Text("Your name?"), why=WHY, when=about.was("me"))
    theirs = Ask(Text("Their name?"), why=WHY, when=about.was("other"))
    known_well = Choose(Text("Well?"), why=WHY, choices=YES_NO, when=theirs.is_answered)
    review = Review(
        Text("Look again?"),
        questions=(about, mine, theirs, known_well),
        show=Text("Show"),
        go=Text("Go on"),
    )
    end = End(Text("Done."), Outcome.REPORT_SUBMITTED)


class MenuFlow(Flow):
    """A menu that leads into the others."""

    title = Text("Menu")
    hello = Say(Text("Hello."))
    staffed = Say(Text("Somebody is here."), when=Fact("staffed"))
    menu = Menu(
        Text("What now?"),
        tell=Text("Tell"),
        kinds=Text("Kinds"),
        bye=Text("Nothing"),
    )
    telling = Begin("small", when=menu.was("tell"))
    kinds = Begin("kinds", when=menu.was("kinds"))
    more = Choose(Text("Anything else?"), why=WHY, choices=YES_NO, when=~menu.was("bye"))
    end = End(Text("Goodbye."))


class Aside(Flow):
    """Two sentences beside whatever goes on."""

    title = Text("Aside")
    one = Say(Text("This is how it works."))
    end = End(Text("That is all."))


class Leave(Flow):
    """Stopping."""

    title = Text("Leave")
    sure = Choose(Text("Keep it?"), why=WHY, choices=YES_NO)
    end = End(Text("Stopped."), Outcome.STOPPED)


BOOK = FlowRegistry(
    [
        DangerFlow,
        Small,
        Kinds,
        Branches,
        MenuFlow,
        Aside,
        Leave,
    ]
)


class EngineSession:
    """One person and the engine."""

    def __init__(
        self, flow: str, *, book: FlowRegistry = BOOK, known: frozenset[str] = NOTHING
    ) -> None:
        self.book = book
        self.known = known
        self.position = Position()
        self.came: list[tuple[str, str]] = []
        self.answers: dict[str, dict[str, Answer]] = {}
        self.turn = self.follow(begin(book, self.position, flow, known))

    def follow(self, turn: Turn) -> Turn:
        self.turn = turn
        for came in turn.endings:
            self.came.append((came.flow, came.outcome))
            self.answers[came.flow] = came.answers
        return turn

    def does(self, *heard: Input | str) -> EngineSession:
        """Press (a code), or do whatever else a person can do, one after the other."""
        for one in heard:
            done = PressInput(one) if isinstance(one, str) else one
            self.follow(answer(self.book, self.position, done, self.known))
        return self

    def writes(self, *lines: str) -> EngineSession:
        return self.does(*(Written(line) for line in lines))

    def begins(self, flow: str) -> EngineSession:
        self.follow(begin(self.book, self.position, flow, self.known))
        return self

    def restarts(self, book: FlowRegistry | None = None) -> EngineSession:
        stored = msgspec.msgpack.encode(pack(self.position))
        self.book = book or self.book
        self.position = unpack(msgspec.msgpack.decode(stored), self.book)
        return self

    @property
    def step(self) -> str:
        return self.position.frames[-1].step if self.position.frames else ""

    @property
    def said(self) -> list[str]:
        return [reply.text.source for reply in self.turn.replies]

    @property
    def asked(self) -> Reply:
        return self.turn.replies[-1]

    @property
    def top(self) -> dict[str, Answer]:
        return self.position.frames[-1].answers
