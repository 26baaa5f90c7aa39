"""The conversation's side of a turn: hear, begin, ask, and put what the engine says into words.

What is kept when a person stops, and what follows when a flow has ended, is decided here, by the
tables of `outcomes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ASKED, Shown
from bot.clock import HOUR
from bot.conversation import (
    Came,
    Outcome,
    Position,
    Turn,
    answer,
    ask_again,
    begin,
    keep_beside,
    unpack,
)
from bot.conversation.inputs import Heard, Words
from bot.conversation.inputs import Pressed as Button
from bot.conversation.replies import FILE_KEPT
from bot.dispatch import callback_data, outcome_rules
from bot.dispatch.conversation_store import Conversation, copy_of
from bot.dispatch.effects import Effects, Hotline, Sending, Setting, Vanishing
from bot.dispatch.message_ids import SHOWN, ours, theirs
from bot.dispatch.privacy_notice import digest_of
from bot.messages import Edit, Say

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.text import Text

FIRST, AGAIN, DANGER, RESUME, STOP = "welcome", "return_check", "danger", "resume", "stop"
NOTICE_CHANGED, DELETE, TOPICS = "notice_changed", "delete", "learn"
CHECK_IN = "check_in"
PASSING = ("passphrase", "receipt", CHECK_IN)
"""Flows in which a word is chosen: all that is said in one vanishes at the next step."""
VANISH = {"hour": HOUR, "hours": 8 * HOUR, "day": 24 * HOUR}
"""How long messages stay, by the answer; within the time in which they can be deleted."""
FLEETING = "~"
"""Sets a summary apart from the question it belongs to: their buttons differ."""


class Talking:
    """One conversation in one turn. It is changed; what follows is gathered in `effects`."""

    __slots__ = (
        "_before",
        "_hotline",
        "chat_key",
        "conversation",
        "effects",
        "known",
        "now",
        "setting",
    )  # fmt: skip

    def __init__(
        self,
        setting: Setting,
        chat_key: bytes,
        conversation: Conversation | None,
        now: int,
        hotline: Hotline,
    ) -> None:
        self.setting = setting
        self.chat_key = chat_key
        self.conversation = conversation or Conversation("", Position())
        unpack(self.conversation.position, setting.book)
        self.now = now
        self.effects = Effects()
        known = setting.known(now)
        self.known = known | {"sent"} if self.conversation.has_case else known
        self._hotline = hotline
        for frame in self.conversation.position.frames:  # nobody else asks
            if frame.flow == STOP:
                self._note_unsent()
            elif frame.flow == DELETE:
                self._before_erasing()
            elif frame.flow in {outcome_rules.AFTER, CHECK_IN} and hotline.checks_in(
                self.conversation
            ):
                self.known |= {"checks_in"}
        self._before: Position | None = None

    # --- the engine -------------------------------------------------------------------------

    def _hear_or_keep(self, heard: Heard) -> None:
        if self.conversation.position.frames:
            self._hear(heard)
        else:
            keep_beside(self.conversation.position, heard)
            self._tell(FILE_KEPT)
            self._open_door()

    def _hear(self, heard: Heard, message: int = 0) -> None:
        position = self.conversation.position
        self._before = copy_of(position) if self._may_stop(heard) else None
        self._follow(answer(self.setting.book, position, heard, self.known), message)

    def _begin(self, flow: str) -> None:
        if flow == STOP:
            self._note_unsent()
        extra = self._before_erasing() if flow == DELETE else {}
        turn = begin(self.setting.book, self.conversation.position, flow, self.known)
        self._follow(turn, 0, extra)

    def _before_erasing(self) -> dict[str, str]:
        """Know, in a live sitting, what becomes of what was sent; nobody else hears of it."""
        if "sent" not in self.known:
            return {}
        if self._hotline.is_theirs(self.conversation):
            self.known |= {"theirs"}
        if until := self._hotline.kept_until(self.conversation):
            self.known |= {"kept_by_law"}
        return {"until": until} if until else {}

    def _ask_again(self) -> None:
        turn = ask_again(self.setting.book, self.conversation.position, self.known)
        self._say(turn, 0, {})

    def _go_on_or_open(self) -> None:
        if self.conversation.position.frames:
            self._ask_again()
        else:
            self._open_door()

    def _follow(self, turn: Turn, message: int, also: dict[str, str] | None = None) -> None:
        extra = dict(also or {})
        for came in turn.came:
            self._came(came, extra)
        if self.conversation.holding is not None:
            self._say_only_what_ended(turn, extra)
            return
        if turn.replies:
            self._say(turn, message, extra)
        if not self.conversation.position.frames:
            self._lead_on(turn.came)

    def _say_only_what_ended(self, turn: Turn, extra: dict[str, str]) -> None:
        """Leave out what lies beneath: a caseworker is in the chat, and the bot asks nothing."""
        if turn.came:
            turn.replies = turn.replies[: turn.came[-1].after]
        if turn.replies:
            self._say(turn, 0, extra)

    def _lead_on(self, ended: list[Came]) -> None:
        """Begin what follows by itself, once the last words of what has ended are said."""
        if any(came.outcome in outcome_rules.LEADS_ON for came in ended):
            self._begin(outcome_rules.AFTER)
        elif any(came.outcome is Outcome.READ for came in ended):
            self._begin(TOPICS)
        elif any(came.outcome is Outcome.STOPPED and came.flow == RESUME for came in ended):
            self._begin(FIRST)
        elif any(came.outcome is Outcome.LANGUAGE_CHOSEN for came in ended):
            self._open_door()

    def _came(self, came: Came, extra: dict[str, str]) -> None:
        follows = outcome_rules.FOLLOWS[came.outcome]
        if came.outcome is Outcome.LANGUAGE_CHOSEN:
            chosen = came.answers.get("language")
            if isinstance(chosen, str):
                self._speak(chosen)
        elif came.outcome is Outcome.VANISH_CHOSEN:
            self.conversation.vanish = VANISH.get(str(came.answers.get("after")), 0)
            self._vanish_all()
        elif came.outcome is Outcome.STOPPED:
            self._stopped(came)
        elif came.outcome in outcome_rules.ASKS:
            extra |= self._hotline.told(self.conversation, came.outcome)
        elif came.outcome in {Outcome.TAKEN_BACK, Outcome.CHECK_IN_ENDED}:
            self._take_back(came)
        elif came.outcome is Outcome.ERASURE_WISHED:
            self._hotline.wish(self.conversation)
            self._renew()
        elif follows.kind is not None:
            sending = Sending(
                follows.kind, came.flow, self._answers(came), follows.opens, follows.at_least
            )
            extra["reference"] = self._hotline.send(self.conversation, sending)
            self.known |= {"sent"}
            if came.outcome is Outcome.CHECK_IN_AGREED:
                self._hotline.agree(self.conversation, came.answers)

    def _vanish_all(self) -> None:
        """Let what is on the phone now go as well, after the time just chosen."""
        conversation = self.conversation
        if conversation.vanish:
            left = Vanishing(
                self.now + conversation.vanish, (), theirs(conversation.traces),
                ours(conversation.traces),
            )  # fmt: skip
            self.effects.vanishing.append(left)

    def vanish(self, message: int = 0) -> None:
        """Let what was written and said in this turn go by itself, if that is wanted."""
        after, effects = self.conversation.vanish, self.effects
        places = tuple(n for n, body in enumerate(effects.bodies) if isinstance(body, SHOWN))
        if after and (places or message):
            written = (message,) if message else ()
            effects.vanishing.append(Vanishing(self.now + after, places, written))

    def _answers(self, came: Came) -> dict[str, Answer]:
        """Return what goes to the hotline, with the codes of what alarmed us."""
        answers = dict(came.answers)
        if self.conversation.alarms:
            answers["alarms"] = tuple(self.conversation.alarms)
        if came.outcome is not Outcome.TELL_NOW:
            self.conversation.alarms = []
        return answers

    def _take_back(self, came: Came) -> None:
        if came.outcome is Outcome.CHECK_IN_ENDED:
            self._hotline.end_check_in(self.conversation)
        for (flow, step, code), kind in outcome_rules.TAKES_BACK.items():
            if came.flow == flow and came.answers.get(step) == code:
                self._hotline.take_back(kind)

    def _stopped(self, came: Came) -> None:
        erases = any(
            came.flow == flow and came.answers.get(step) == code
            for flow, step, code in outcome_rules.ERASES
        )
        if erases:
            self._renew()
        elif self._before is not None:
            self._keep_draft(self._before)

    def _keep_draft(self, before: Position) -> None:
        """Keep what is unsent as it was before the person stopped."""
        while before.frames and before.frames[-1].flow not in outcome_rules.DRAFTS:
            before.frames.pop()
        if any(frame.told for frame in before.frames):
            self.conversation.kept = before
        else:
            self.conversation.position.take(before)

    # --- drafts -----------------------------------------------------------------------------

    def _open_door(self) -> None:
        """Say the first thing to somebody with whom no question is open."""
        if self.conversation.kept is not None:
            self._restore()
            self._begin(RESUME)
        elif self.conversation.case:
            self._begin(outcome_rules.AFTER)
        else:
            self._begin(FIRST)

    def _note_unsent(self) -> None:
        """Know whether there is something of this person to keep or to erase."""
        conversation = self.conversation
        if conversation.only_sitting:
            self.known -= {"unsent"}  # erased without a question, whatever the person chooses
        elif conversation.kept is not None or self.setting.book.is_unsent(conversation.position):
            self.known |= {"unsent"}
        else:
            self.known -= {"unsent"}

    def _has_draft(self) -> bool:
        return self.conversation.kept is not None or self._has_open_draft()

    def _has_open_draft(self) -> bool:
        frames = self.conversation.position.frames
        return any(frame.told and frame.flow in outcome_rules.DRAFTS for frame in frames)

    def _restore(self) -> None:
        """Go back to what was kept; what was written since goes along."""
        kept = self.conversation.kept
        if kept is not None:
            kept = unpack(kept, self.setting.book)
            kept.take(self.conversation.position)
            self.conversation.position = kept
            self.conversation.kept = None

    def _begin_first(self) -> None:
        """Say the first hello; what was written beside is kept."""
        self.conversation.position = self.conversation.position.beside()
        self._told_now()
        self._begin(FIRST)

    def _renew(self) -> None:
        """Forget what was not sent."""
        self.conversation.position = Position()
        self.conversation.kept = None
        self.conversation.alarms = []
        self.conversation.shown = {}
        self._told_now()

    # --- what they were told of what is kept --------------------------------------------------

    def _told_now(self) -> None:
        """Remember what this person is told of what is kept, as it is now."""
        self.conversation.notice = self.setting.notice.version(self.conversation.language)

    def _speak(self, language: str) -> None:
        """Go on in another language: the same notice is another text there."""
        notice, conversation = self.setting.notice, self.conversation
        knows = conversation.notice == notice.version(conversation.language)
        conversation.language = language
        if knows:
            self._told_now()

    def _ask_about_notice(self) -> None:
        """Ask whoever answers questions once more when something else is true by now."""
        conversation = self.conversation
        frames = conversation.position.frames
        if (
            not frames
            or frames[-1].flow not in outcome_rules.DRAFTS
            or conversation.holding is not None
        ):
            return
        if conversation.notice != self.setting.notice.version(conversation.language):
            self._told_now()
            self._begin(NOTICE_CHANGED)

    # --- saying it --------------------------------------------------------------------------

    def _say(self, turn: Turn, message: int, extra: dict[str, str]) -> None:
        language = self.conversation.language
        bodies = self.effects.bodies
        first = len(bodies)
        for reply in turn.replies:
            if reply.question and not reply.edits:
                self.conversation.asked += 1
            prefix = self._prefix(fleeting=reply.fleeting) if reply.question else ""
            said = self.setting.screens.say(reply, language, prefix, extra)
            if reply.question and self.conversation.position.frames[-1].step in ASKED:
                self._note_asked(said)
            if reply.fleeting:
                for part in self.setting.screens.parts(said):
                    self.effects.fleeting.append(len(bodies))
                    bodies.append(part)
                continue
            is_edit = reply.edits and message
            if self.setting.voices and not is_edit:
                bodies += self.setting.spoken(language, reply.text)
            bodies.append(Edit(message, said.text, said.rows, said.prefix) if is_edit else said)
        if self._in_flow(*PASSING):  # nobody who looks later learns that there is a word
            said_now = range(first, len(bodies))
            self.effects.fleeting += [it for it in said_now if it not in self.effects.fleeting]

    def _note_asked(self, said: Say) -> None:
        """Remember in which words somebody is asked to agree to something."""
        frame = self.conversation.position.frames[-1]
        choices = [it.label for row in said.rows for it in row if it.token.isdigit()]
        words = "\n".join([said.text, *choices])
        shown = Shown(digest_of(words), self.conversation.language)
        self.conversation.shown[f"{frame.flow}.{frame.step}"] = shown
        self.effects.wordings.append((shown, words))
        notice, language = self.setting.notice, self.conversation.language
        if self.conversation.notice == notice.version(language):
            told = Shown(notice.version(language), language)
            self.effects.wordings.append((told, notice.words(language)))

    def _tell(self, text: Text) -> None:
        self.effects.bodies.append(
            Say(self.setting.screens.words(text, self.conversation.language))
        )

    def _tell_with(self, text: Text, values: dict[str, str]) -> None:
        language = self.conversation.language
        words = self.setting.screens.words(text, language)
        for blank, value in values.items():
            words = words.replace("{" + blank + "}", value)
        self.effects.bodies.append(Say(words))

    # --- where we are -----------------------------------------------------------------------

    def _prefix(self, asked: int | None = None, *, fleeting: bool = False) -> str:
        """Return what the tokens of the open question begin with, the last time it was asked."""
        frames = self.conversation.position.frames
        where = f"{frames[-1].flow}.{frames[-1].step}" if frames else ""
        if fleeting:
            where += FLEETING
        where += self._era
        if asked is None:
            asked = self.conversation.asked
        return callback_data.prefix(self.setting.vault, self.chat_key, asked, where)

    @property
    def _era(self) -> str:
        """Return what sets a button of this sitting apart from one of an earlier."""
        era = self.conversation.era
        return f"@{era}" if era else ""

    def _in_flow(self, *flows: str) -> bool:
        frames = self.conversation.position.frames
        return bool(frames) and frames[-1].flow in flows

    def _may_stop(self, heard: Heard) -> bool:
        """Tell whether this answer could end with what is unsent being kept for later."""
        frame = self.conversation.position.frames[-1]
        return frame.step in outcome_rules.STOPS.get(frame.flow, ()) and isinstance(
            heard, Button | Words
        )
