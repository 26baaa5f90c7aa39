"""The conversation's side of a turn: hear, begin, ask, and put what the engine says into words.

What is kept when a person stops, and what follows when a flow has ended, is decided here, by the
tables of `outcomes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS, QuestionWording
from bot.clock import HOUR
from bot.conversation import (
    FlowEnded,
    Outcome,
    Position,
    Turn,
    answer,
    ask_again,
    begin,
    keep_extra,
    unpack,
)
from bot.conversation.inputs import Input, TextInput
from bot.conversation.inputs import PressInput as Button
from bot.conversation.replies import FILE_KEPT
from bot.dispatch import callback_data, outcome_rules
from bot.dispatch.conversation_store import Conversation, copy_position
from bot.dispatch.effects import Effects, Hotline, ScheduledRemoval, Submission, TurnServices
from bot.dispatch.message_ids import VISIBLE_BODIES, letter_ids, person_message_ids
from bot.dispatch.privacy_notice import text_digest
from bot.messages import EditText, SendText

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.text import Text

WELCOME_FLOW, AGAIN_FLOW, DANGER_FLOW, RESUME_FLOW, STOP_FLOW = (
    "welcome",
    "return_check",
    "danger",
    "resume",
    "stop",
)
NOTICE_CHANGED_FLOW, DELETE_FLOW, LEARN_FLOW = "notice_changed", "delete", "learn"
CHECK_IN_FLOW = "check_in"
PASSPHRASE_FLOWS = ("passphrase", "receipt", CHECK_IN_FLOW)
"""Flows in which a word is chosen: all that is said in one vanishes at the next step."""
MESSAGE_LIFETIMES = {"hour": HOUR, "hours": 8 * HOUR, "day": 24 * HOUR}
"""How long messages stay, by the answer; within the time in which they can be deleted."""
FLEETING_MARK = "~"
"""Sets a summary apart from the question it belongs to: their buttons differ."""


class EngineDriver:
    """One conversation in one turn. It is changed; what follows is gathered in `effects`."""

    __slots__ = (
        "_position_before",
        "chat_key",
        "conversation",
        "effects",
        "facts",
        "hotline",
        "now",
        "services",
    )  # fmt: skip

    def __init__(
        self,
        services: TurnServices,
        chat_key: bytes,
        conversation: Conversation | None,
        now: int,
        hotline: Hotline,
    ) -> None:
        self.services = services
        self.chat_key = chat_key
        self.conversation = conversation or Conversation("", Position())
        unpack(self.conversation.position, services.registry)
        self.now = now
        self.effects = Effects()
        known = services.facts_at(now)
        self.facts = known | {"sent"} if self.conversation.has_case else known
        self.hotline = hotline
        for frame in self.conversation.position.frames:  # nobody else asks
            if frame.flow == STOP_FLOW:
                self.update_unsent_fact()
            elif frame.flow == DELETE_FLOW:
                self._erasure_facts()
            elif frame.flow in {
                outcome_rules.AFTERWARDS_FLOW,
                CHECK_IN_FLOW,
            } and hotline.has_check_in(self.conversation):
                self.facts |= {"checks_in"}
        self._position_before: Position | None = None

    # --- the engine -------------------------------------------------------------------------

    def answer_or_keep(self, heard: Input) -> None:
        if self.conversation.position.frames:
            self.answer_question(heard)
        else:
            keep_extra(self.conversation.position, heard)
            self.send_text(FILE_KEPT)
            self.start_conversation()

    def answer_question(self, heard: Input, message: int = 0) -> None:
        position = self.conversation.position
        self._position_before = copy_position(position) if self._may_keep_draft(heard) else None
        self.apply_turn(answer(self.services.registry, position, heard, self.facts), message)

    def begin_flow(self, flow: str) -> None:
        if flow == STOP_FLOW:
            self.update_unsent_fact()
        extra = self._erasure_facts() if flow == DELETE_FLOW else {}
        turn = begin(self.services.registry, self.conversation.position, flow, self.facts)
        self.apply_turn(turn, 0, extra)

    def _erasure_facts(self) -> dict[str, str]:
        """Know, in a live sitting, what becomes of what was sent; nobody else hears of it."""
        if "sent" not in self.facts:
            return {}
        if self.hotline.are_all_cases_proven(self.conversation):
            self.facts |= {"theirs"}
        if until := self.hotline.retained_until(self.conversation):
            self.facts |= {"kept_by_law"}
        return {"until": until} if until else {}

    def repeat_question(self) -> None:
        turn = ask_again(self.services.registry, self.conversation.position, self.facts)
        self._send_replies(turn, 0, {})

    def continue_or_start(self) -> None:
        if self.conversation.position.frames:
            self.repeat_question()
        else:
            self.start_conversation()

    def apply_turn(self, turn: Turn, message: int, also: dict[str, str] | None = None) -> None:
        extra = dict(also or {})
        for came in turn.endings:
            self._apply_outcome(came, extra)
        if self.conversation.takeover is not None:
            self._send_closing_replies(turn, extra)
            return
        if turn.replies:
            self._send_replies(turn, message, extra)
        if not self.conversation.position.frames:
            self._begin_next_flow(turn.endings)

    def _send_closing_replies(self, turn: Turn, extra: dict[str, str]) -> None:
        """Leave out what lies beneath: a caseworker is in the chat, and the bot asks nothing."""
        if turn.endings:
            turn.replies = turn.replies[: turn.endings[-1].reply_count]
        if turn.replies:
            self._send_replies(turn, 0, extra)

    def _begin_next_flow(self, ended: list[FlowEnded]) -> None:
        """Begin what follows by itself, once the last words of what has ended are said."""
        if any(came.outcome in outcome_rules.NEXT_STEP_OUTCOMES for came in ended):
            self.begin_flow(outcome_rules.AFTERWARDS_FLOW)
        elif any(came.outcome is Outcome.INFORMATION_READ for came in ended):
            self.begin_flow(LEARN_FLOW)
        elif any(came.outcome is Outcome.STOPPED and came.flow == RESUME_FLOW for came in ended):
            self.begin_flow(WELCOME_FLOW)
        elif any(came.outcome is Outcome.LANGUAGE_CHOSEN for came in ended):
            self.start_conversation()

    def _apply_outcome(self, came: FlowEnded, extra: dict[str, str]) -> None:
        follows = outcome_rules.OUTCOME_RULES[came.outcome]
        if came.outcome is Outcome.LANGUAGE_CHOSEN:
            chosen = came.answers.get("language")
            if isinstance(chosen, str):
                self.change_language(chosen)
        elif came.outcome is Outcome.AUTO_DELETE_CHOSEN:
            self.conversation.message_lifetime = MESSAGE_LIFETIMES.get(
                str(came.answers.get("after")), 0
            )
            self._schedule_full_removal()
        elif came.outcome is Outcome.STOPPED:
            self.apply_stop(came)
        elif came.outcome in outcome_rules.LOOKUP_OUTCOMES:
            extra |= self.hotline.requested_texts(self.conversation, came.outcome)
        elif came.outcome in {Outcome.CONSENT_REVOKED, Outcome.CHECK_IN_ENDED}:
            self._withdraw_consent(came)
        elif came.outcome is Outcome.ERASURE_REQUESTED:
            self.hotline.request_erasure(self.conversation)
            self.discard_unsent()
        elif follows.kind is not None:
            sending = Submission(
                follows.kind,
                came.flow,
                self._submission_answers(came),
                follows.opens_case,
                follows.min_priority,
            )
            extra["reference"] = self.hotline.submit(self.conversation, sending)
            self.facts |= {"sent"}
            if came.outcome is Outcome.CHECK_IN_AGREED:
                self.hotline.agree_check_in(self.conversation, came.answers)

    def _schedule_full_removal(self) -> None:
        """Let what is on the phone now go as well, after the time just chosen."""
        conversation = self.conversation
        if conversation.message_lifetime:
            left = ScheduledRemoval(
                self.now + conversation.message_lifetime,
                (),
                person_message_ids(conversation.message_ids),
                letter_ids(conversation.message_ids),
            )
            self.effects.removals.append(left)

    def schedule_removal(self, message: int = 0) -> None:
        """Let what was written and said in this turn go by itself, if that is wanted."""
        after, effects = self.conversation.message_lifetime, self.effects
        places = tuple(
            n for n, body in enumerate(effects.bodies) if isinstance(body, VISIBLE_BODIES)
        )
        if after and (places or message):
            written = (message,) if message else ()
            effects.removals.append(ScheduledRemoval(self.now + after, places, written))

    def _submission_answers(self, came: FlowEnded) -> dict[str, Answer]:
        """Return what goes to the hotline, with the codes of what alarmed us."""
        answers = dict(came.answers)
        if self.conversation.alarms:
            answers["alarms"] = tuple(self.conversation.alarms)
        if came.outcome is not Outcome.STAFF_ALERTED:
            self.conversation.alarms = []
        return answers

    def _withdraw_consent(self, came: FlowEnded) -> None:
        if came.outcome is Outcome.CHECK_IN_ENDED:
            self.hotline.end_check_in(self.conversation)
        for (flow, step, code), kind in outcome_rules.CONSENT_WITHDRAWALS.items():
            if came.flow == flow and came.answers.get(step) == code:
                self.hotline.withdraw_consent(kind)

    def apply_stop(self, came: FlowEnded) -> None:
        erases = any(
            came.flow == flow and came.answers.get(step) == code
            for flow, step, code in outcome_rules.ERASING_ANSWERS
        )
        if erases:
            self.discard_unsent()
        elif self._position_before is not None:
            self._keep_draft(self._position_before)

    def _keep_draft(self, before: Position) -> None:
        """Keep what is unsent as it was before the person stopped."""
        while before.frames and before.frames[-1].flow not in outcome_rules.DRAFT_FLOWS:
            before.frames.pop()
        if any(frame.all_answers for frame in before.frames):
            self.conversation.draft = before
        else:
            self.conversation.position.merge_extras(before)

    # --- drafts -----------------------------------------------------------------------------

    def start_conversation(self) -> None:
        """Say the first thing to somebody with whom no question is open."""
        if self.conversation.draft is not None:
            self.restore_draft()
            self.begin_flow(RESUME_FLOW)
        elif self.conversation.case:
            self.begin_flow(outcome_rules.AFTERWARDS_FLOW)
        else:
            self.begin_flow(WELCOME_FLOW)

    def update_unsent_fact(self) -> None:
        """Know whether there is something of this person to keep or to erase."""
        conversation = self.conversation
        if conversation.is_session_only:
            self.facts -= {"unsent"}  # erased without a question, whatever the person chooses
        elif conversation.draft is not None or self.services.registry.has_unsent_content(
            conversation.position
        ):
            self.facts |= {"unsent"}
        else:
            self.facts -= {"unsent"}

    def has_draft(self) -> bool:
        return self.conversation.draft is not None or self.has_open_draft()

    def has_open_draft(self) -> bool:
        frames = self.conversation.position.frames
        return any(
            frame.all_answers and frame.flow in outcome_rules.DRAFT_FLOWS for frame in frames
        )

    def restore_draft(self) -> None:
        """Go back to what was kept; what was written since goes along."""
        kept = self.conversation.draft
        if kept is not None:
            kept = unpack(kept, self.services.registry)
            kept.merge_extras(self.conversation.position)
            self.conversation.position = kept
            self.conversation.draft = None

    def begin_welcome(self) -> None:
        """Say the first hello; what was written beside is kept."""
        self.conversation.position = self.conversation.position.extras_only()
        self.record_notice()
        self.begin_flow(WELCOME_FLOW)

    def discard_unsent(self) -> None:
        """Forget what was not sent."""
        self.conversation.position = Position()
        self.conversation.draft = None
        self.conversation.alarms = []
        self.conversation.consent_wordings = {}
        self.record_notice()

    # --- what they were told of what is kept --------------------------------------------------

    def record_notice(self) -> None:
        """Remember what this person is told of what is kept, as it is now."""
        self.conversation.notice_version = self.services.notice.version(self.conversation.language)

    def change_language(self, language: str) -> None:
        """Go on in another language: the same notice is another text there."""
        notice, conversation = self.services.notice, self.conversation
        knows = conversation.notice_version == notice.version(conversation.language)
        conversation.language = language
        if knows:
            self.record_notice()

    def ask_about_notice(self) -> None:
        """Ask whoever answers questions once more when something else is true by now."""
        conversation = self.conversation
        frames = conversation.position.frames
        if (
            not frames
            or frames[-1].flow not in outcome_rules.DRAFT_FLOWS
            or conversation.takeover is not None
        ):
            return
        if conversation.notice_version != self.services.notice.version(conversation.language):
            self.record_notice()
            self.begin_flow(NOTICE_CHANGED_FLOW)

    # --- saying it --------------------------------------------------------------------------

    def _send_replies(self, turn: Turn, message: int, extra: dict[str, str]) -> None:
        language = self.conversation.language
        bodies = self.effects.bodies
        first = len(bodies)
        for reply in turn.replies:
            if reply.is_question and not reply.edits_last:
                self.conversation.question_count += 1
            prefix = self.token_prefix(fleeting=reply.fleeting) if reply.is_question else ""
            said = self.services.renderer.render(reply, language, prefix, extra)
            if (
                reply.is_question
                and self.conversation.position.frames[-1].step in CONSENT_QUESTIONS
            ):
                self._record_consent_wording(said)
            if reply.fleeting:
                for part in self.services.renderer.split_message(said):
                    self.effects.fleeting.append(len(bodies))
                    bodies.append(part)
                continue
            is_edit = reply.edits_last and message
            if self.services.voices and not is_edit:
                bodies += self.services.recording_of(language, reply.text)
            bodies.append(EditText(message, said.text, said.rows, said.prefix) if is_edit else said)
        if self.is_in_flow(*PASSPHRASE_FLOWS):  # nobody who looks later learns that there is a word
            said_now = range(first, len(bodies))
            self.effects.fleeting += [it for it in said_now if it not in self.effects.fleeting]

    def _record_consent_wording(self, said: SendText) -> None:
        """Remember in which words somebody is asked to agree to something."""
        frame = self.conversation.position.frames[-1]
        choices = [it.label for row in said.rows for it in row if it.token.isdigit()]
        words = "\n".join([said.text, *choices])
        shown = QuestionWording(text_digest(words), self.conversation.language)
        self.conversation.consent_wordings[f"{frame.flow}.{frame.step}"] = shown
        self.effects.wordings.append((shown, words))
        notice, language = self.services.notice, self.conversation.language
        if self.conversation.notice_version == notice.version(language):
            told = QuestionWording(notice.version(language), language)
            self.effects.wordings.append((told, notice.text(language)))

    def send_text(self, text: Text) -> None:
        self.effects.bodies.append(
            SendText(self.services.renderer.text(text, self.conversation.language))
        )

    def send_text_with(self, text: Text, values: dict[str, str]) -> None:
        language = self.conversation.language
        words = self.services.renderer.text(text, language)
        for blank, value in values.items():
            words = words.replace("{" + blank + "}", value)
        self.effects.bodies.append(SendText(words))

    # --- where we are -----------------------------------------------------------------------

    def token_prefix(self, asked: int | None = None, *, fleeting: bool = False) -> str:
        """Return what the tokens of the open question begin with, the last time it was asked."""
        frames = self.conversation.position.frames
        where = f"{frames[-1].flow}.{frames[-1].step}" if frames else ""
        if fleeting:
            where += FLEETING_MARK
        where += self.session_tag
        if asked is None:
            asked = self.conversation.question_count
        return callback_data.token_prefix(self.services.vault, self.chat_key, asked, where)

    @property
    def session_tag(self) -> str:
        """Return what sets a button of this sitting apart from one of an earlier."""
        era = self.conversation.session_number
        return f"@{era}" if era else ""

    def is_in_flow(self, *flows: str) -> bool:
        frames = self.conversation.position.frames
        return bool(frames) and frames[-1].flow in flows

    def _may_keep_draft(self, heard: Input) -> bool:
        """Tell whether this answer could end with what is unsent being kept for later."""
        frame = self.conversation.position.frames[-1]
        return frame.step in outcome_rules.DRAFT_STOP_STEPS.get(frame.flow, ()) and isinstance(
            heard, Button | TextInput
        )
