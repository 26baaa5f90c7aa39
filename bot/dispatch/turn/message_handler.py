"""Messages a person sends: text, files, places, contacts, edits, and what we do not take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.conversation import Choose, ChooseMany, Decide, keep_extra
from bot.conversation.inputs import FilesInput, PressInput, TextInput
from bot.dispatch.rate_limit import Loss
from bot.dispatch.turn.flow_names import (
    ADULT_AGE,
    CHILD_ALARM,
    DANGER_ALARM,
    DOCTOR_NEEDED,
    ERASES,
    ERASURE_QUESTION,
    LEAVES,
    MEDICAL_ALARM,
    UNDER_18_ANSWER,
)
from bot.dispatch.turn.received_files import Albums, received_files, received_location
from bot.dispatch.turn.slash_commands import BYE
from bot.dispatch.turn.words.asked_questions import AskedQuestions
from bot.dispatch.turn.words.meant_choice import PERSON_BUTTON
from bot.dispatch.turn.words.story_offer import is_story
from bot.languages import LANGUAGES, catalogue
from bot.languages.alarms.find import ALSO_ASKED
from bot.languages.questions import (
    BREAKS_OFF,
    EMPLOYER,
    LEAVING,
    READERS,
)
from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.clear_requests import says_arrival
from bot.languages.typed.erasure_words import erasure_decision
from bot.languages.typed.not_a_passphrase import (
    NotAPassphrase,
    find_not_a_passphrase,
    question_not_passphrase,
)
from bot.languages.typed.one_other import Other
from bot.languages.typed.opener_answer import asks_who_writes
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.taken_back import find_taken_back
from bot.languages.typed.typed_answers import says_only
from bot.messages import UpdateKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation.inputs import Input
    from bot.dispatch.turn.command_handler import CommandHandler
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.passphrase_handler import PassphraseHandler
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.words.story_offer import StoryOffer
    from bot.dispatch.turn.words.typed_text import TypedText
    from bot.messages import Update
    from bot.text import Text

ANSWER_WORDS, ANSWER_CHARACTERS = 3, 24
"""Of a text that says no more than which button is meant."""


@dataclass(slots=True, eq=False)
class MessageHandler:
    """Handles what a person sends."""

    turn: TurnContext
    replies: Replies
    engine: EngineDriver
    typed: TypedText
    commands: CommandHandler
    passphrases: PassphraseHandler
    stories: StoryOffer
    asked: AskedQuestions = field(init=False)
    albums: Albums = field(init=False)
    _handlers: dict[UpdateKind, Callable[[Update], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = AskedQuestions(self.turn, self.replies, self.engine, self.typed, self.stories)
        self.albums = Albums(self.turn)
        self._handlers = {
            UpdateKind.TEXT: self._handle_text,
            UpdateKind.FILES: self._handle_files,
            UpdateKind.LOCATION: self._handle_location,
            UpdateKind.CONTACT: self._handle_contact,
            UpdateKind.EDIT: self.handle_edit,
            UpdateKind.UNSUPPORTED: self._handle_unsupported,
        }

    def handle(self, update: Update) -> None:
        """Handle a message of any kind."""
        self._handlers[update.kind](update)

    def handle_caption(self, update: Update) -> None:
        """Handle the text under files that are not taken."""
        if self._run_command(update.text):
            return
        alarms = self.commands.note_alarms(update.text)
        activity = self.turn.conversation.activity
        is_too_much = activity.is_over_daily_limit and self.typed.is_free_text(update)
        if update.text and not is_too_much:
            self._answer_text(update.text, None)
        else:
            self.engine.continue_or_start()
        self.commands.begin_alarm_flow(alarms)

    def count_only(self, update: Update) -> None:
        """Count a text that is too much to be kept, and say so; alarming words still count."""
        self.turn.conversation.activity.dropped_count += 1
        alarms = self.commands.note_alarms(update.text)
        self.replies.say_not_kept(Loss.WORDS)
        self.commands.begin_alarm_flow(alarms)

    def keep(self, update: Update) -> frozenset[str]:
        """Keep a message outside the questions, unanswered; return the codes of its alarms."""
        position = self.turn.conversation.position
        if update.kind is UpdateKind.PRESS or (
            update.kind is UpdateKind.TEXT and self.typed.is_command(update.text)
        ):
            return frozenset()
        if update.kind is UpdateKind.FILES:
            self.albums.continues(update)
            keep_extra(position, self._files_in(update))
        else:
            position.add_extra(update.text)
        if update.latitude is not None:
            keep_extra(position, received_location(update))
        return self.commands.note_alarms(update.text)

    # --- one kind each --------------------------------------------------------------------------

    def _handle_text(self, update: Update) -> None:
        if (
            self._run_command(update.text)
            or self._take_back_reading(update)
            or self._take_alone_again(update.text)
            or self._take_yes_of_other_language(update.text)
        ):
            return
        choice = synonym = None
        is_too_early = self.typed.is_before_reading(update) or self.typed.tells_of_return(
            update.text
        )
        if self.typed.may_be_label(update.text):
            if (name := self.typed.command_of_label(update.text)) is not None:
                self.commands.run(name)
                return
            choice = None if is_too_early else self.typed.choices.of_label(update.text)
        choice = choice or (None if is_too_early else self.typed.choices.refusal(update.text))
        alarms = frozenset() if choice else self._note_alarms(update.text)
        self.turn.conversation.has_left = alarms == {DANGER_ALARM} and says_arrival(update.text)
        choice = choice or self._erasure_choice(update.text, alarms)
        if not choice and (name := self._command_meant(update.text, alarms)) is not None:
            self.commands.run(name)
            return
        if not choice and (
            self._take_not_a_passphrase(update, alarms)
            or self._take_someone_near(update.text)
            or self._take_asked_who_writes(update.text)
            or self._take_plea_about_other(update.text, alarms)
            or self._take_no_place(update.text, alarms)
            or self._take_language(update.text, alarms)
            or self._take_refusal(update.text, alarms)
            or self._answer_asked(update.text, alarms)
        ):
            return
        is_beside = is_too_early or self.typed.is_beside_question(update.text)
        if is_beside and not (choice or alarms):  # the numbers follow a cry for help in any case
            self._keep_beside_question(update.text)
            return
        if choice is None and not is_too_early:
            synonym = self._choice_in_other_words(update.text, alarms)
        beyond = self._beyond_answer(alarms, synonym)
        if choice or synonym or not self.turn.asks_passphrase():
            self._answer_text(update.text, choice or synonym, alarms)
        elif alarms:  # a cry for help is no passphrase: staff have to read it
            self.turn.conversation.position.add_extra(update.text)
        else:
            self.passphrases.submit(update)
        self.commands.begin_alarm_flow(beyond)

    def _beyond_answer(self, alarms: frozenset[str], choice: PressInput | None) -> frozenset[str]:
        """Return the alarms that the answer does not settle; note if the flow shows numbers."""
        if choice is None or not self.turn.frames:
            return alarms
        if choice.code == UNDER_18_ANSWER:
            return alarms - {CHILD_ALARM}
        if (self.turn.frames[-1].step, choice.code) != DOCTOR_NEEDED:
            return alarms
        self.turn.conversation.numbers_shown_at = self.turn.now
        return alarms - {MEDICAL_ALARM}

    def _run_command(self, text: str) -> bool:
        """Run the slash command in a text; tell whether there was one."""
        command = self.typed.parse_command(text)
        if command is not None:
            self.commands.run_typed(*command)
        return command is not None

    def _take_back_reading(self, update: Update) -> bool:
        """Let staff read no more if a text takes back that they may; tell whether it does.

        A cry for help next to it comes first. "Do not let them read" is close to one by itself.
        """
        if not self.typed.takes_back_reading(update):
            return False
        found = find_taken_back(update.text)
        others = found.rest if found is not None and found.is_reading else update.text
        if self.turn.services.texts.find_alarms(others):
            return False
        self.engine.take_back_reading()
        return True

    def _note_alarms(self, text: str) -> frozenset[str]:
        """Note alarming words; a question in the same line hides none of another clause.

        "He is back, bye" stays a goodbye: a list of numbers would stand there when he takes the
        phone.
        """
        alarms, texts = self.commands.note_alarms(text), self.turn.services.texts
        if (age := self.typed.place.age_in_place(text)) is not None and age < ADULT_AGE:
            alarms |= self.commands.note(frozenset({CHILD_ALARM}))
        if self.turn.frames and self.turn.frames[-1].step == DOCTOR_NEEDED[0]:
            # Asked whether anyone is hurt, "she has fainted" is no story of the past.
            alarms |= self.commands.note(texts.find_alarm_phrases(text) & {MEDICAL_ALARM})
        if alarms or not texts.find_alarm_phrases(text):
            return alarms
        hidden = texts.find_alarms_in_clauses(text) - ALSO_ASKED
        kind = texts.find_question(text, self.turn.conversation.language) if hidden else None
        if kind is None or (kind == LEAVING and hidden <= {DANGER_ALARM}):
            return alarms
        return self.commands.note(hidden)

    def _command_meant(self, text: str, alarms: frozenset[str]) -> str | None:
        """Return the way out that a text asks for; a cry for help next to it comes first.

        "He is coming, delete everything" is no such cry: no list of numbers should stand there.
        """
        if not alarms:
            return self.typed.command_meant(text)
        if not self.typed.asks_to_clear(text, only_arrival=True):
            return None
        self.turn.alarms = frozenset()  # else the words would be kept for an alert
        return BYE

    def _erasure_choice(self, text: str, alarms: frozenset[str]) -> PressInput | None:
        """Return the button of the question whether to erase that a text means.

        Everywhere else "delete" clears the chat; there it would ask for no erasure.
        """
        frames = self.turn.frames
        if alarms or not frames or (frames[-1].flow, frames[-1].step) != ERASURE_QUESTION:
            return None
        erases = erasure_decision(text, self.turn.conversation.language)
        return None if erases is None else PressInput(ERASES if erases else LEAVES)

    def _take_not_a_passphrase(self, update: Update, alarms: frozenset[str]) -> bool:
        """Take what is surely no passphrase where one is chosen; tell whether it was that.

        A cry for help is stored as everywhere.
        """
        turn, texts = self.turn, self.turn.services.texts
        if alarms or not turn.chooses_passphrase():
            return False
        meant = find_not_a_passphrase(update.text, turn.conversation.language)
        if meant is None:
            return False
        turn.must_reply = True
        self.passphrases.take_off_phone(update)
        if meant is NotAPassphrase.WHY:
            self.engine.answer_question(PressInput("why"))
        elif meant is NotAPassphrase.CLEAR:
            self.commands.run(BYE)
        elif meant is NotAPassphrase.LEAVE:
            turn.conversation.has_left = True
            if find_someone_near(update.text) is not None:
                self.engine.store_words(update)
            self.asked.say_all(LEAVING)  # who comes in now should not read of a word
        elif meant is NotAPassphrase.REPORT:
            self._keep_not_a_passphrase(update)
        else:
            self._ask_passphrase_again(texts.may_be_left_out)
        return True

    def _keep_not_a_passphrase(self, update: Update) -> None:
        """Keep words that are no passphrase like any others, and answer what they ask."""
        self.engine.store_words(update)
        texts, language = self.turn.services.texts, self.turn.conversation.language
        kind = question_not_passphrase(update.text, language)
        if kind is not None:
            self._answer_kind(kind, update.text)
        else:
            receipt = self.replies.case_receipt()
            self._ask_passphrase_again(receipt if self.turn.is_in_case else texts.may_be_left_out)

    def _ask_passphrase_again(self, first: Text) -> None:
        self.replies.send_text(first)
        self.engine.repeat_question()

    def _keep_beside_question(self, text: str) -> None:
        """Keep a text that cannot answer the open question, and ask that again.

        Who says that someone comes back soon reads first that staff have it; thanks need no such
        line.
        """
        if not self.turn.is_in_case:
            self.turn.conversation.position.add_extra(text)
        elif self.typed.tells_of_return(text):
            self.replies.send_text(self.replies.case_receipt())
        self.engine.remind_of_question()

    def _answer_asked(self, text: str, alarms: frozenset[str]) -> bool:
        """Answer a question of the person and ask ours again; tell whether it is one we know.

        A word that could be an answer may stand in it: "free, or not?" is not "not".
        """
        kind = self.asked.kind_of(text, alarms)
        if kind is None or not self.asked.may_answer():
            return False
        # "Who reads this?" is no place, though that question takes any words; staff read them all.
        is_no_answer = kind in BREAKS_OFF or bool(alarms or self.turn.read_case)
        takes_all = is_no_answer and self.typed.takes_any_words()
        if not takes_all and self.typed.answers_question(text):
            return False
        self._answer_kind(kind, text)
        self.turn.must_reply = True
        return True

    def _take_someone_near(self, text: str) -> bool:
        """Keep a line that says that someone is near, and say one short thing; tell if it did.

        No question follows: who stands there should find as little as possible to read. The same
        where someone else says that they hold the phone: "I am her boss" agrees to nothing.
        """
        turn = self.turn
        if not self.asked.may_answer():
            return False
        if not (self.typed.says_someone_near(text) or self.typed.says_other_hands(text)):
            return False
        if not turn.is_in_case:
            turn.conversation.position.add_extra(text)
        turn.conversation.has_left = turn.must_reply = True
        self.asked.say_all(LEAVING)
        self.asked.note_answered()
        return True

    def _take_asked_who_writes(self, text: str) -> bool:
        """Say what is true of every chat where any words are taken; tell if that was asked.

        Another may hold the phone by now: our question does not follow, which says more.
        """
        turn = self.turn
        if not (self.asked.may_answer() and self.typed.takes_any_words()):
            return False
        if not asks_who_writes(text, turn.conversation.language):
            return False
        if not turn.is_in_case:
            turn.conversation.position.add_extra(text)
        self.replies.send_text(turn.services.texts.who_may_write)
        turn.must_reply = True
        return True

    def _take_plea_about_other(self, text: str, alarms: frozenset[str]) -> bool:
        """Say whom we tell nothing where consent is asked, and ask that again; tell if it was that.

        "Do not tell my mother" refuses no caseworker, and agrees to none.
        """
        plea = None if alarms or not self.asked.may_answer() else self.typed.find_plea(text)
        if plea is None:
            return False
        self._answer_kind(EMPLOYER if plea.other is Other.BOSS else READERS, text)
        self.turn.must_reply = True
        return True

    def _take_alone_again(self, text: str) -> bool:
        """Ask the open question again where no one is near any more; tell whether it was that.

        It holds nothing else, so it is no cry: "he has gone" may be close to one elsewhere.
        """
        if not (self.asked.may_answer() and self.typed.says_alone_again(text)):
            return False
        if not self.turn.is_in_case:
            self.turn.conversation.position.add_extra(text)
        self.asked.note_answered()
        self.asked.remind_or_start()
        self.turn.must_reply = True
        return True

    def _take_no_place(self, text: str, alarms: frozenset[str]) -> bool:
        """Keep what is surely no place where one is asked, and ask again; tell if it was that.

        What its alarms begin elsewhere, such as an age under 18, comes first.
        """
        if not (self.asked.may_answer() and self.typed.place.is_no_place(text)):
            return False
        age = self.typed.place.age_in_place(text)
        if age is not None and age < ADULT_AGE:
            self.engine.fill_age(UNDER_18_ANSWER)
        if not self.turn.is_in_case:
            self.turn.conversation.position.add_extra(text)
        self.asked.note_answered()
        if self.commands.alarm_flow(alarms) is None:
            self.engine.remind_of_question()
        self.commands.begin_alarm_flow(alarms)
        self.turn.must_reply = True
        return True

    def _take_language(self, text: str, alarms: frozenset[str]) -> bool:
        """Go on in a language that is asked for by its name; tell whether one was."""
        if alarms or not self.asked.may_answer() or self.typed.answers_question(text):
            return False
        return self.stories.speak_language_asked(text)

    def _take_refusal(self, text: str, alarms: frozenset[str]) -> bool:
        """Let a person leave who wants nothing where the conversation begins; tell if it was so."""
        if alarms or not self.asked.may_answer() or self.typed.answers_question(text):
            return False
        if not self.stories.takes_refusal(text):
            return False
        self._answer_kind(LEAVING, text)
        self.turn.must_reply = True
        return True

    def _take_yes_of_other_language(self, text: str) -> bool:
        """Ask the open question again in the language of a yes; tell whether it was another."""
        if not (self.turn.frames and self.asked.may_answer()):
            return False
        return self.stories.speak_language_of_yes(text)

    def _answer_likely_asked(self, text: str) -> bool:
        """Answer what is most likely asked in a text that answers nothing; tell whether it was."""
        kind = self.turn.services.texts.likely_question(text) if self.asked.may_answer() else None
        if kind is None or (kind == LEAVING and self.typed.is_no_goodbye(text)):
            return False
        self._answer_kind(kind, text)
        return True

    def _answer_kind(self, kind: str, text: str) -> None:
        """Answer a question of the person; one that asks for a person presses that button."""
        button = self.asked.button_meant(kind, text)
        if button is None:
            self.asked.answer(kind, text)
            return
        if not self.turn.is_in_case:  # "a person please, my boss locks me in" says more
            self.turn.conversation.position.add_extra(text)
        self._answer_text(text, button)

    def _choice_in_other_words(self, text: str, alarms: frozenset[str]) -> PressInput | None:
        """Return the button a text means in other words; what may say more is kept as well.

        Nothing is guessed of what staff read as it was written: an address is easily taken for an
        answer, and they would see a choice the person never made.
        """
        listed = self.typed.choices.of_synonym(text)
        choice = listed or (None if self.turn.is_in_case else self.typed.choices.likely(text))
        is_longer = len(text.split()) > ANSWER_WORDS or len(text) > ANSWER_CHARACTERS
        is_story_told = is_longer and is_story(text) and not says_alone_again(text)
        self.turn.may_have_answered = choice is None and not is_story_told
        says_more = bool(alarms) or is_longer or listed is None or self._says_more(text, choice)
        is_kept = not (self.turn.is_in_case or self.turn.may_be_secret(text))
        if choice is not None and says_more and is_kept:
            self.turn.conversation.position.add_extra(text)
        return choice

    def _says_more(self, text: str, choice: PressInput | None) -> bool:
        """Tell whether words that mean a button say more than its label and a yes or no.

        The lists may be wrong: "wala siya dito" is no "I am safe here", and staff have to read it.
        They also read in what words a person gave a story; those of an alert are stored with it.
        """
        frames, language = self.turn.frames, self.turn.conversation.language
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        if not isinstance(question, Choose | ChooseMany):
            return False
        if isinstance(question, Decide):
            return choice is not None and self.typed.choices.gives_consent(choice)
        if choice is None or choice.code not in question.choices:
            return False
        label = question.choices[choice.code]
        shown = (label.source, label.render(catalogue(language)))
        return choice.code not in LANGUAGES and not says_only(text, shown, language)

    def _answer_text(
        self, text: str, choice: PressInput | None, alarms: frozenset[str] = frozenset()
    ) -> None:
        self.turn.conversation.explained_at = ""
        is_answer = choice is not None or self.typed.choices.fits_question(text)
        if not is_answer and self._keep_for_alarm(TextInput(text), alarms):
            return
        if not (is_answer or alarms) and self._take_no_answer(text):
            return
        if choice is not None and choice.code == PERSON_BUTTON:
            self.stories.offer_language(text)
        if self.turn.frames:
            self.engine.answer_question(choice or TextInput(text))
        elif self.turn.is_in_case:
            self.replies.say_with_case()
            self.engine.start_conversation()
        else:
            self.turn.conversation.position.add_extra(text)
            self.engine.start_conversation()

    def _take_no_answer(self, text: str) -> bool:
        """Answer what was asked, or offer a caseworker; tell whether that was done."""
        says_nothing = self.typed.choices.says_nothing(text)
        if not says_nothing and self._answer_likely_asked(text):
            return True
        return self.stories.take(TextInput(text), tells=not says_nothing)

    def _keep_for_alarm(self, incoming: Input, alarms: frozenset[str]) -> bool:
        """Keep what answers no question if its alarms begin a flow; tell whether so.

        Danger comes at once: no reminder of the open question, no greeting before it.
        """
        turn = self.turn
        if turn.asks_passphrase() or self.commands.alarm_flow(alarms) is None:
            return False
        if self.typed.choices.fits(incoming):
            return False
        if isinstance(incoming, TextInput) and self.stories.is_asked_for_language():
            self.stories.settle_language(incoming.text)
        keep_extra(turn.conversation.position, incoming)
        return True

    def _handle_files(self, update: Update) -> None:
        if self.typed.parse_command(update.text) is not None:
            self._keep_files(update)
            self._run_command(update.text)
            return
        alarms = self.commands.note_alarms(update.text)
        too_large = self.replies.say_too_large(update.files)
        if self.albums.continues(update):
            self.albums.keep(self._files_in(update))
        elif too_large == len(update.files) and (not update.text or self.albums.is_collecting()):
            self._note_lost_files(self._files_in(update))
        elif self._keep_for_alarm(self._files_in(update), alarms):
            pass
        elif alarms or not self._offer_for(self._files_in(update)):
            self.engine.answer_or_keep(self._files_in(update))
        self.commands.begin_alarm_flow(alarms)

    def _note_lost_files(self, files: FilesInput) -> None:
        """Note files that are not kept, which are thanked for by no reply, and ask again."""
        if not self.turn.is_in_case:  # staff see in the report that there were some
            self.albums.keep(files)
        self.engine.continue_or_start()

    def _keep_files(self, update: Update) -> None:
        """Keep files under which a command stands, unless they are in the case already."""
        self.replies.say_too_large(update.files)
        self.albums.continues(update)
        if not self.turn.is_in_case:
            self.albums.keep(self._files_in(replace(update, text="")))

    def _handle_location(self, update: Update) -> None:
        self.turn.conversation.position.add_extra(update.text)
        if not self._offer_for(received_location(update)):
            self.engine.answer_or_keep(received_location(update))

    def _offer_for(self, incoming: Input) -> bool:
        """Offer a caseworker for a file or place that answers no question; tell whether so."""
        return not self.typed.choices.fits(incoming) and self.stories.take(incoming)

    def _handle_contact(self, update: Update) -> None:
        self.turn.conversation.position.add_extra(update.text)
        self.replies.send_text(self.turn.services.texts.received_contact)
        self.engine.continue_or_start()

    def handle_edit(self, update: Update) -> None:
        """Keep a message as it reads now; a live location that has moved is kept silently."""
        position = self.turn.conversation.position
        known = {it.unique for it in position.extra_files}
        new = [it for it in update.files if it.unique not in known]
        if new:  # an edited caption comes with the photo it had; this is another one
            keep_extra(position, self._files_in(replace(update, files=tuple(new))))
        else:
            position.add_extra(update.text)
        if update.latitude is not None:
            keep_extra(position, received_location(update))
            return
        alarms = self.commands.note_alarms(update.text)
        if self.turn.frames:
            self.replies.send_text(self.turn.services.texts.received_edit)
        self.commands.begin_alarm_flow(alarms)

    def _files_in(self, update: Update) -> FilesInput:
        return FilesInput(received_files(update, self.turn.now), update.text)

    def _handle_unsupported(self, _update: Update) -> None:
        self.replies.say_not_kept(Loss.KIND)
        self.engine.continue_or_start()
