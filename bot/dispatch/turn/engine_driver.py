"""Calls of the engine: answer, begin, ask again; and what follows when a flow has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.consents import CONSENT_QUESTIONS, READING_STEPS, ConsentKind
from bot.clock import HOUR
from bot.conversation import (
    Card,
    Choose,
    ChooseMany,
    Menu,
    Outcome,
    answer,
    ask_again,
    begin,
    keep_extra,
)
from bot.conversation.answers import PlaceAnswer
from bot.conversation.engine import CONTROL_HANDLERS
from bot.conversation.inputs import PressInput, TextInput
from bot.conversation.outcomes import TELLS_STAFF
from bot.conversation.replies import FILE_KEPT
from bot.conversation.steps import PERSON
from bot.dispatch.conversation_store import copy_position
from bot.dispatch.effects import Submission
from bot.dispatch.turn.flow_names import (
    AFTERWARDS_FLOW,
    AGE_STEP,
    CHECK_IN_FLOW,
    DANGER_FLOW,
    DELETE_FLOW,
    GREETING_FLOWS,
    LEARN_FLOW,
    NOTICE_CHANGED_FLOW,
    OFFERING_FLOWS,
    RESUME_FLOW,
    STOP_FLOW,
    STORY_FLOW,
    URGENT_DETAILS_FLOW,
    WELCOME_FLOW,
    flow_for_alarms,
)
from bot.dispatch.turn.outcome_rules import (
    CONSENT_WITHDRAWALS,
    DETAILED_OUTCOMES,
    DRAFT_FLOWS,
    ERASING_ANSWERS,
    LOOKUP_OUTCOMES,
    NEXT_STEP_OUTCOMES,
    OUTCOME_RULES,
    READ_FLOWS,
)
from bot.dispatch.turn.talk.relay import answer_content
from bot.hotline.chat.takeover import OpenerState, PersonLeft
from bot.languages.whereabouts import find_whereabouts

if TYPE_CHECKING:
    from bot.conversation import Answer, FlowEnded, Frame, Position, Turn
    from bot.conversation.inputs import Input
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.drafts import Drafts
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.session import Session
    from bot.dispatch.turn.talk.relay import Relay
    from bot.messages import Update

MESSAGE_LIFETIMES = {"hour": HOUR, "hours": 8 * HOUR, "day": 24 * HOUR}
"""How long messages stay, by the answer; within the time in which they can be deleted."""
_CHECK_IN_FLOWS = frozenset({AFTERWARDS_FLOW, CHECK_IN_FLOW})
"""Flows with a guard that asks whether a check-in is agreed on."""


def _words_of(position: Position) -> list[str]:
    """Return what was written and chosen since the last silence."""
    words = [*position.extra_texts]
    for answer_given in (it for frame in position.frames for it in frame.answers.values()):
        if isinstance(answer_given, PlaceAnswer):
            words += [answer_given.county or "", answer_given.text]
        elif isinstance(answer_given, str):
            words.append(answer_given)
    return words


def _is_grown(position: Position, before: Position) -> bool:
    return len(position.extra_texts) > len(before.extra_texts) or len(position.extra_files) > len(
        before.extra_files
    )


@dataclass(slots=True, eq=False)
class EngineDriver:
    """Takes the open conversation a step further and applies what comes of it."""

    turn: TurnContext
    replies: Replies
    drafts: Drafts
    relay: Relay
    session: Session

    def load_facts(self) -> None:
        """Add the facts that the open flows ask of this chat; others are never asked."""
        turn = self.turn
        for frame in turn.frames:
            if frame.flow == STOP_FLOW:
                self.drafts.update_unsent_fact()
            elif not turn.has_hotline:
                continue
            elif frame.flow == DELETE_FLOW:
                self._load_erasure_facts()
            elif frame.flow == PERSON:
                if turn.hotline.is_language_spoken(turn.conversation.language):
                    turn.facts |= {"spoken"}
            elif frame.flow in _CHECK_IN_FLOWS and turn.hotline.has_check_in(turn.conversation):
                turn.facts |= {"checks_in"}

    def _load_erasure_facts(self) -> dict[str, str]:
        """Learn, in a live session with a case, what becomes of what was sent; return blanks."""
        turn = self.turn
        if "sent" not in turn.facts:
            return {}
        if turn.hotline.are_all_cases_proven(turn.conversation):
            turn.facts |= {"theirs"}
        until = turn.hotline.retained_until(turn.conversation)
        if not until:
            return {}
        turn.facts |= {"kept_by_law"}
        return {"until": until}

    # --- one step -------------------------------------------------------------------------------

    def answer_question(self, heard: Input, message: int = 0) -> None:
        """Answer the open question; `message` is the one whose button was pressed."""
        turn, position = self.turn, self.turn.conversation.position
        may_be_kept = self.drafts.may_be_kept_after(heard)
        turn.position_before_answer = copy_position(position) if may_be_kept else None
        frame, step = turn.frames[-1], turn.frames[-1].step
        extras = copy_position(position.extras_only())
        turn.has_withheld = isinstance(heard, TextInput) and turn.may_be_secret(heard.text)
        engine_turn = answer(turn.services.registry, position, heard, turn.facts)
        if turn.has_withheld:  # what was not understood is kept nowhere
            position.extra_texts = extras.extra_texts
        if not turn.read_case:
            if frame.flow == URGENT_DETAILS_FLOW and not _is_grown(position, extras):
                keep_extra(position, heard)  # the case was erased: it is kept like other words
            self._show_refusal(frame, step)
            self.apply(engine_turn, message)
            return
        if turn.is_in_case and _is_grown(position, extras):  # it is in the case
            position.extra_texts, position.extra_files = extras.extra_texts, extras.extra_files
        self._store_answer(frame, step, heard)
        self.apply(engine_turn, message)

    def _store_answer(self, frame: Frame, step: str, heard: Input) -> None:
        """Add an answer to the case, unless its own words are there already."""
        turn, given = self.turn, frame.answers.get(step)
        question = turn.services.registry.question(frame.flow, step)
        is_control = isinstance(heard, PressInput) and heard.code in CONTROL_HANDLERS
        if (
            question is None
            or given is None
            or is_control
            or step in frame.partial_answers
            or step in CONSENT_QUESTIONS
            or frame.flow not in READ_FLOWS
        ):
            return
        is_chosen = isinstance(question, Choose | ChooseMany)
        if isinstance(question, Menu | Card) or (turn.is_in_case and not is_chosen):
            return
        self.relay.store_answer(answer_content(question, frame.flow, given))
        turn.hotline.raise_priority(turn.read_case, {step: given})

    def _show_refusal(self, frame: Frame, step: str) -> None:
        """Show staff that someone who is not identified wants no one to read what they wrote.

        It stands in the case already, as not confirmed: the bot asked as it asks a newcomer.
        """
        given, asked = frame.answers.get(step), CONSENT_QUESTIONS.get(step)
        if step not in READING_STEPS or given is None or asked is None:
            return
        question = self.turn.services.registry.question(frame.flow, step)
        if question is not None and given not in asked.yes_answers:
            self.relay.store_unconfirmed_answer(answer_content(question, frame.flow, given))

    def fill_age(self, code: str) -> None:
        """Answer the question for the person's age, if the open flow asked it and it was skipped.

        An answer that was given stays: only the person changes it.
        """
        answers = self.turn.frames[-1].answers
        if AGE_STEP in answers and answers[AGE_STEP] is None:
            answers[AGE_STEP] = code

    def store_words(self, update: Update) -> None:
        """Add words to the case where staff read, though the open question asks for a passphrase.

        `_store_written` leaves out all that may be one.
        """
        if self.turn.read_case and not self.turn.conversation.activity.is_over_daily_limit:
            self.relay.store_read(update)
        if not self.turn.is_in_case:
            self.turn.conversation.position.add_extra(update.text)

    def answer_or_keep(self, heard: Input) -> None:
        """Answer the open question with files or a place; where none takes them, keep them."""
        turn = self.turn
        if turn.frames and not turn.asks_passphrase():
            self.answer_question(heard)
            return
        if turn.is_in_case:
            self.replies.say_with_case()
        else:
            keep_extra(turn.conversation.position, heard)
            if not turn.losses:
                self.replies.send_text(FILE_KEPT)
        self.continue_or_start()

    def begin_flow(self, flow: str) -> None:
        """Begin a flow on top of what is open."""
        turn = self.turn
        if flow == STOP_FLOW:
            self._stop_passing_on()
            self.drafts.update_unsent_fact()
        values = self._load_erasure_facts() if flow == DELETE_FLOW else {}
        position = turn.conversation.position
        if flow in OFFERING_FLOWS:  # numbers follow that work only in some places
            turn.facts |= find_whereabouts(_words_of(position))
        self.apply(begin(turn.services.registry, position, flow, turn.facts), 0, values)

    def begin_silently(self, flow: str) -> None:
        """Begin a flow and say nothing of it yet: something more urgent comes first."""
        turn = self.turn
        begin(turn.services.registry, turn.conversation.position, flow, turn.facts)

    def repeat_question(self) -> None:
        """Ask the open question again."""
        turn = self.turn
        asked = ask_again(turn.services.registry, turn.conversation.position, turn.facts)
        self.replies.send_replies(asked, 0, {})

    def remind_of_question(self) -> None:
        """Ask the open question again; one of consent that was asked just now in short."""
        turn = self.turn
        asked = ask_again(turn.services.registry, turn.conversation.position, turn.facts)
        asked.replies = self.replies.in_short(asked.replies)
        self.replies.send_replies(asked, 0, {})

    def continue_or_start(self) -> None:
        """Ask the open question again, or start the conversation if none is open."""
        if self.turn.frames:
            self.repeat_question()
        else:
            self.start_conversation()

    def start_conversation(self) -> None:
        """Say the first thing to a person with whom no question is open."""
        if self.turn.conversation.draft is not None:
            self.drafts.restore()
            self.begin_flow(RESUME_FLOW)
        elif self.turn.conversation.case:
            self.begin_flow(AFTERWARDS_FLOW)
        else:
            self.begin_greeting()

    def begin_greeting(self) -> None:
        """Greet; the language in which the person wrote at once is not asked for."""
        conversation = self.turn.conversation
        if not conversation.is_language_known:
            self.begin_flow(WELCOME_FLOW)
            return
        self.begin_silently(WELCOME_FLOW)
        self.answer_question(PressInput(conversation.language))

    def begin_welcome(self) -> None:
        """Greet the person from the beginning; what they wrote outside questions is kept."""
        conversation = self.turn.conversation
        if self.turn.is_in_flow(STORY_FLOW) and not conversation.alarms:  # nothing alarmed
            conversation.urgent_messages = [
                replace(it, loose_at=it.loose_at or self.turn.now)
                for it in conversation.urgent_messages
            ]
        conversation.position = conversation.position.extras_only()
        self.turn.record_notice()
        self.begin_flow(WELCOME_FLOW)

    def restart(self) -> None:
        """Begin again (`/start`), with the draft if there is one."""
        if not self.drafts.has_any():
            self.begin_welcome()
            return
        if not self.drafts.has_open():
            self.drafts.restore()
        self.begin_flow(RESUME_FLOW)

    def resume_case(self, case: str, reference: str) -> None:
        """Go on with the case of a person who was identified, where it stood."""
        was_suspended = self.session.resume(case, reference)
        self.turn.set_read(is_read=self.turn.hotline.may_read(case))
        takeover = self.turn.conversation.takeover
        if was_suspended and takeover is not None:
            takeover.opener_state = OpenerState.ANSWERED
            self.relay.talk.begin_talk(takeover)
            return
        self.replies.send_text(self.turn.services.texts.recognised)
        if was_suspended and not self.turn.frames:
            self.begin_flow(AFTERWARDS_FLOW)
        else:
            self.continue_or_start()

    def change_language(self, language: str) -> None:
        """Go on in another language; the same privacy notice is another text there."""
        notice, conversation = self.turn.services.notice, self.turn.conversation
        is_current = conversation.notice_version == notice.version(conversation.language)
        conversation.language = language
        if is_current:
            self.turn.record_notice()

    def ask_about_notice(self) -> None:
        """Ask a person who answers questions again when the privacy notice has changed."""
        turn, conversation = self.turn, self.turn.conversation
        if conversation.takeover is not None or not turn.is_in_flow(*DRAFT_FLOWS):
            return
        if conversation.notice_version != turn.services.notice.version(conversation.language):
            turn.record_notice()
            self.begin_flow(NOTICE_CHANGED_FLOW)

    # --- what comes of it -----------------------------------------------------------------------

    def apply(self, engine_turn: Turn, message: int, values: dict[str, str] | None = None) -> None:
        """Apply the endings of a step of the engine, and say its replies."""
        values, endings = dict(values or {}), engine_turn.endings
        for ending in endings:
            self._apply_outcome(ending, values)
        if any(ending.flow == STORY_FLOW for ending in endings):
            self.turn.conversation.urgent_messages = []  # given, or not to be given
            self.turn.conversation.declined_at = self.turn.now
        is_told = any(ending.outcome in DETAILED_OUTCOMES for ending in endings)
        takeover = self.turn.conversation.takeover
        if takeover is not None and endings:  # the caseworker goes on, not the flow beneath
            engine_turn.replies = engine_turn.replies[: endings[-1].reply_count]
        elif is_told:  # its question waits until what helpers need first was asked
            engine_turn.replies = [it for it in engine_turn.replies if not it.is_question]
        if engine_turn.replies:
            message = 0 if takeover is not None or is_told else message
            self.replies.send_replies(engine_turn, message, values)
        if not endings:
            return
        if takeover is None:
            self._begin_what_follows(endings, is_told=is_told)
        elif endings[-1].outcome is Outcome.LANGUAGE_CHOSEN:
            self.relay.opener.repeat_in_language(takeover)
        if any(ending.outcome is Outcome.ERASURE_REQUESTED for ending in endings):
            self.session.end_for_erasure()

    def _begin_what_follows(self, endings: list[FlowEnded], *, is_told: bool) -> None:
        if is_told:
            self._begin_details()
        elif not self.turn.frames:
            self._begin_next_flow(endings)

    def _begin_details(self) -> None:
        """Ask what helpers need first; a greeting or an offer below has no use any more.

        This yes is that to every offer that is open: "no" to one of them would be answered "we told
        no one". If words of danger were the yes, its numbers come before the first question.
        """
        turn = self.turn
        turn.frames[:] = [it for it in turn.frames if it.flow not in OFFERING_FLOWS]
        while turn.is_in_flow(*GREETING_FLOWS):
            turn.frames.pop()
        if not turn.conversation.is_alerted and flow_for_alarms(turn.alarms) == DANGER_FLOW:
            self.replies.send_text(turn.services.texts.danger_numbers)
            turn.conversation.is_alerted = True
            turn.facts |= {"alerted"}
        self.begin_flow(URGENT_DETAILS_FLOW)

    def _begin_next_flow(self, endings: list[FlowEnded]) -> None:
        """Begin the flow that follows by itself."""
        outcomes = {ending.outcome for ending in endings}
        if outcomes & NEXT_STEP_OUTCOMES or endings[-1].flow == URGENT_DETAILS_FLOW:
            self.begin_flow(AFTERWARDS_FLOW)
        elif Outcome.INFORMATION_READ in outcomes:
            self.begin_flow(LEARN_FLOW)
        elif (Outcome.STOPPED, RESUME_FLOW) in {(each.outcome, each.flow) for each in endings}:
            self.begin_flow(WELCOME_FLOW)
        elif Outcome.LANGUAGE_CHOSEN in outcomes or endings[-1].flow in OFFERING_FLOWS:
            self.start_conversation()

    def _apply_outcome(self, ending: FlowEnded, values: dict[str, str]) -> None:
        turn, outcome, answers = self.turn, ending.outcome, ending.answers
        conversation = turn.conversation
        if outcome is Outcome.LANGUAGE_CHOSEN:
            chosen = answers.get("language")
            if isinstance(chosen, str):
                self.change_language(chosen)
        elif outcome is Outcome.AUTO_DELETE_CHOSEN:
            conversation.message_lifetime = MESSAGE_LIFETIMES.get(str(answers.get("after")), 0)
            self.replies.schedule_full_removal()
        elif outcome is Outcome.STOPPED:
            self._stop(ending)
        elif outcome in LOOKUP_OUTCOMES:
            values |= turn.hotline.requested_texts(conversation, outcome)
        elif outcome in {Outcome.CONSENT_REVOKED, Outcome.CHECK_IN_ENDED}:
            self._withdraw_consent(ending)
        elif outcome is Outcome.ERASURE_REQUESTED:
            turn.hotline.request_erasure(conversation)
            self.drafts.discard()
        elif outcome is Outcome.CHOICES_MADE and not conversation.has_case:
            return  # there is nothing the choice could be about
        elif OUTCOME_RULES[outcome].kind is not None:
            values["reference"] = self._submit(ending)
            values |= turn.hotline.hours_of_office(conversation)

    def _submit(self, ending: FlowEnded) -> str:
        """Send a flow's answers to the hotline; return the reference of the case."""
        turn, rule = self.turn, OUTCOME_RULES[ending.outcome]
        submission = Submission(
            rule.kind or "",
            ending.flow,
            self._submission_answers(ending),
            rule.opens_case,
            rule.priority(is_staffed=bool({"staffed", "in_hours"} & turn.facts)),
        )
        conversation = turn.conversation
        reference = turn.hotline.submit(conversation, submission)
        turn.submitted = ending.outcome
        turn.facts |= {"sent"}
        if ending.outcome in TELLS_STAFF:
            turn.set_read(is_read=True)
            if ending.outcome is not Outcome.STAFF_ALERTED:
                turn.facts |= {"just_sent"}
        elif ending.outcome is Outcome.WITHDRAWN:
            turn.set_read(is_read=False)
        if ending.outcome is Outcome.STAFF_ALERTED:
            conversation.is_alerted = True
            turn.facts |= {"alerted"}
            turn.hotline.add_messages(conversation.case, self.relay.messages_of_just_now())
        conversation.urgent_messages = []
        if ending.outcome is Outcome.CHECK_IN_AGREED:
            turn.hotline.agree_check_in(turn.conversation, ending.answers)
        return reference

    def _submission_answers(self, ending: FlowEnded) -> dict[str, Answer]:
        """Return the answers, with the codes of alarming words the person wrote."""
        answers, conversation = dict(ending.answers), self.turn.conversation
        if conversation.alarms:
            answers["alarms"] = tuple(conversation.alarms)
        if ending.outcome is not Outcome.STAFF_ALERTED:
            conversation.alarms = []
        return answers

    def take_back_reading(self) -> None:
        """Let staff read no more of what the person writes: they took back their yes.

        What was sent stays with staff. Nothing more is asked for helpers. Where staff were told of
        danger alone, that was their yes: nothing of such a case leaves the desk from now on.
        """
        turn = self.turn
        is_just_agreed = turn.is_in_flow(URGENT_DETAILS_FLOW)
        self._end_reading()
        turn.hotline.withdraw_consent(ConsentKind.ALARM)
        self.replies.send_text(turn.services.texts.told_already)
        if turn.is_in_flow(AFTERWARDS_FLOW) or (turn.frames and not is_just_agreed):
            self.repeat_question()
        else:
            self.begin_flow(AFTERWARDS_FLOW)
        turn.must_reply = True

    def _stop_passing_on(self) -> None:
        """Let no caseworker read on once the person stops, whatever becomes of unsent answers.

        They read at once that stopping passes nothing more on.
        """
        if self.turn.has_hotline and self.turn.has_known_case():
            self._end_reading()
        self.relay.talk.end_takeover(PersonLeft.STOPPED)

    def _end_reading(self) -> None:
        """Let staff read nothing that the person writes from now on, until they agree again."""
        turn = self.turn
        turn.hotline.withdraw_consent(ConsentKind.READING)
        turn.set_read(is_read=False)
        while turn.is_in_flow(URGENT_DETAILS_FLOW):
            turn.frames.pop()

    def _withdraw_consent(self, ending: FlowEnded) -> None:
        hotline = self.turn.hotline
        if ending.outcome is Outcome.CHECK_IN_ENDED:
            hotline.end_check_in(self.turn.conversation)
        for (flow, step, code), kind in CONSENT_WITHDRAWALS.items():
            if ending.flow == flow and ending.answers.get(step) == code:
                hotline.withdraw_consent(kind)

    def _stop(self, ending: FlowEnded) -> None:
        """Erase or keep what is unsent, as the person chose, and end a takeover."""
        erases = any(
            ending.flow == flow and ending.answers.get(step) == code
            for flow, step, code in ERASING_ANSWERS
        )
        if erases:
            self.drafts.discard()
        elif self.turn.position_before_answer is not None:
            self.drafts.keep(self.turn.position_before_answer)
        self.relay.talk.end_takeover(PersonLeft.STOPPED)
