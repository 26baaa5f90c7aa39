"""Asking the questions: at the terminal, each until its answer is right, or from a file."""

from __future__ import annotations

import asyncio
import os
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.app.sign_in import ask_again, require_strong
from bot.channels.telegram.client import TELEGRAM_API
from bot.channels.telegram.installation import (
    KnownBot,
    TelegramSilentError,
    check_group,
    find_bot,
    recent_groups,
)
from bot.channels.telegram.system_proxy import system_proxy
from bot.errors import HavenError
from bot.hotline.staff.staff import MAX_NAME_LENGTH
from bot.settings.hints import SETTING_HINTS, setting_name
from bot.setup.backup_key import MadeKey, make_key
from bot.setup.checks import check_answer
from bot.setup.questions import QUESTIONS, SECTIONS, SetupQuestion
from bot.text import as_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDTH = 88
FIRST = frozenset({"telegram_api", "telegram_proxy"})
"""Where Telegram is, and the way to it: everything else is asked of it."""
API_VARIABLE = setting_name("telegram_api")
"""It may be in the environment of `haven setup`, before there is a file of settings."""
NAMES = frozenset({"administrator", "caseworker"})
PASSWORDS = frozenset({"administrator_password", "caseworker_password"})
NOTHING = "-"
EMPTIED = f" ({NOTHING} for nothing)"
"""Stands behind a question with an answer that can be taken away."""
GROUP_WANTED = "Is there such a group, or will there be one? [y/N, or its number]"
ADD_TO_GROUP = (
    "Add the bot to the group as an administrator who may manage topics and delete messages, then "
    "press Enter; its number is found by itself."
)
NO_GROUP_FOUND = (
    "The bot was added to no group lately. Type the group's number, or Enter to go on without one."
)
FORBID_GROUPS = (
    "Anyone can add this bot to a group, where others see that it was added. To forbid it: send "
    "/setjoingroups to @BotFather, choose @{bot}, then Disable."
)


THEIR_BOT = (
    "Type the token of the bot that has written to people so far: open @BotFather in Telegram, "
    "send /mybots, choose it, then API Token. People would not find a new one."
)
OTHER_BOT = (
    "The chats in the data that are here are of another bot, {known}, and Haven does not start "
    "with this one. Run haven setup again with the token of {known}; if that bot is gone for good, "
    "run once: haven start --replaces {known} (its cases stay, its chats do not)."
)


@dataclass
class Interview:
    """Collects answers; those that are known already are offered, and stay if none is given."""

    known: Mapping[str, str]
    """Answers by key, as they are set up now; empty before."""
    left_out: frozenset[str]
    """Keys of accounts that exist already."""
    stored_token: str = ""
    bots: tuple[int, ...] = ()
    """Numbers of the bots whose chats the data hold that are here, the latest first."""
    answers: dict[str, str] = field(default_factory=dict)
    bot: KnownBot | None = None
    made_keys: list[MadeKey] = field(default_factory=list)
    """Keys of backups that were made at their question."""

    @property
    def token(self) -> str:
        """The bot's token, as it is answered or stored."""
        return self.answers.get("token") or self.stored_token

    def current(self, question: SetupQuestion) -> str:
        """Return the answer that holds without another."""
        if question.key == "token":
            return self.stored_token
        if question.key == "telegram_api":
            return self._api
        return self.known.get(question.key) or question.default

    def from_file(self, given: Mapping[str, str]) -> None:
        """Take and check the answers of a file; raise HavenError for the first that is wrong."""
        for question in sorted(QUESTIONS.values(), key=lambda it: it.key not in FIRST):
            if question.key in self.left_out:
                continue
            if question.key in given or not self.known:
                self._take(question, given.get(question.key, self.current(question)))
        if told := self._told_of_other_bot(self.token):
            typer.echo(told)

    def ask_again(self, keys: Iterable[str]) -> None:
        """Ask some questions again; what was answered before is offered."""
        for key in keys:
            self._ask(QUESTIONS[key])

    def at_terminal(self) -> None:
        """Ask all questions; rare ones on request, but the proxy first if there seems to be one."""
        if self.known.get("telegram_proxy") or system_proxy():
            self._ask(QUESTIONS["telegram_proxy"])
        for title, questions in SECTIONS.items():
            asked = [it for it in questions if it.key not in self.left_out]
            if not asked:
                continue
            typer.echo(f"\n{title}")
            if asked[0].is_rare and not typer.confirm(
                "Change folders, databases, languages, mail or other details?", default=False
            ):
                for it in asked:
                    self.answers.setdefault(it.key, self.current(it))
                continue
            for it in asked:
                if it.key == "backup_key" and not self.answers.get("backups"):
                    self.answers[it.key] = ""  # without a folder there is nothing to seal
                else:
                    self._ask(it)

    def _ask(self, question: SetupQuestion) -> None:
        typer.echo("")
        is_known_bot = question.key == "token" and bool(self.bots)
        for line in textwrap.wrap(THEIR_BOT if is_known_bot else question.help, WIDTH):
            typer.echo(line)
        while True:
            answer = ""
            try:
                answer = self._typed(question)
                if question.key == "backup_key" and not answer and self.answers.get("backups"):
                    self.made_keys.append(make_key(Path(self.answers["backups"])))
                    answer = self.made_keys[-1].recipient
                found = self._reach(question, answer)
            except HavenError as error:
                typer.echo(as_at_terminal(without_name_of(question, f"{error}"), answer))
            else:
                for line in textwrap.wrap(found, WIDTH):
                    typer.echo(line)
                return

    def _reach(self, question: SetupQuestion, answer: str) -> str:
        """Take an answer; while Telegram does not answer, ask where it is and for the way to it."""
        while True:
            try:
                return self._take(question, answer)
            except TelegramSilentError as error:
                typer.echo(f"{error}")
            for key in sorted(FIRST):
                self._ask(QUESTIONS[key])

    def _typed(self, question: SetupQuestion) -> str:
        default = self.answers.get(question.key) or self.current(question)
        if question.key == "telegram_proxy" and question.key not in self.answers:
            default = default or system_proxy()
        if question.key == "desk_group" and not default:
            said, default = self._offered_group()
            if not default:
                return said
        if question.is_secret and default:
            typer.echo("Press Enter to keep the one that is set.")
        if question.key in PASSWORDS:
            return self._typed_password(question, default)
        is_set = bool(question.default or question.is_needed or question.is_secret)
        can_empty = bool(default) and not is_set
        answer = typer.prompt(
            question.text + can_empty * EMPTIED, default=default, hide_input=question.is_secret,
            show_default=bool(default) and not question.is_secret,
        )  # fmt: skip
        return "" if can_empty and answer == NOTHING else " ".join(str(answer).split())

    def _typed_password(self, question: SetupQuestion, default: str) -> str:
        """Return a password that was typed unseen, twice unless it is refused or as before."""
        typed = typer.prompt(question.text, default=default, hide_input=True, show_default=False)
        if typed and typed != default:
            self._require_strong(typed)
            ask_again(typed)
        return str(typed)

    def _require_strong(self, password: str) -> None:
        require_strong(password, (self.answers.get("organisation", ""),))

    def _told_of_other_bot(self, token: str) -> str:
        """Return what follows if these data are of another bot; empty if they are of this one."""
        if not self.bots or int(token.partition(":")[0]) in self.bots:
            return ""
        return OTHER_BOT.format(known=self.bots[0])

    def _offered_group(self) -> tuple[str, str]:
        """Return the number that was typed, if one was; else the newest group of the bot.

        Neither, if no group is wanted. If the bot is in none, its number is asked for.
        """
        asked = ""
        while not re.fullmatch(r"-?\d+|y|yes|n|no", asked):
            asked = typer.prompt(GROUP_WANTED, default="n", show_default=False).strip().lower()
        if asked[-1].isdigit():
            return asked, ""
        if asked in {"n", "no"}:
            return "", ""
        added = typer.prompt(ADD_TO_GROUP, default="", show_default=False).strip()
        if re.fullmatch(r"-?\d+", added):
            return added, ""
        groups = asyncio.run(recent_groups(self.token, self._api, self._proxy))
        for it in groups:
            typer.echo(f"{it.id}: {it.title}")
        if not groups:
            typer.echo(NO_GROUP_FOUND)
        return "", str(groups[-1].id) if groups else "0"

    @property
    def _api(self) -> str:
        answered = self.answers.get("telegram_api") or self.known.get("telegram_api")
        return answered or os.environ.get(API_VARIABLE) or TELEGRAM_API

    @property
    def _proxy(self) -> str:
        return self.answers.get("telegram_proxy") or self.known.get("telegram_proxy") or ""

    def _take(self, question: SetupQuestion, answer: str) -> str:
        """Check an answer and keep it; return what was found out."""
        key, answer = question.key, without_name(question, answer)
        check_answer(key, answer)
        found = ""
        if key == "token":
            self.bot = asyncio.run(find_bot(answer, self._api, self._proxy))
            found = f"This is @{self.bot.username}, “{self.bot.name}”."
            found = f"{found} {self._told_of_other_bot(answer)}".rstrip()
        elif key == "desk_group" and answer not in {"", "0"}:
            title = asyncio.run(check_group(self.token, self._api, int(answer), self._proxy))
            found = f"This is “{title}”; the bot has the rights it needs there."
        elif key == "desk_group" and self.bot is not None and self.bot.joins_groups:
            found = FORBID_GROUPS.format(bot=self.bot.username)
        elif key in PASSWORDS and answer:
            self._require_strong(answer)
        elif key in NAMES and not (answer.isprintable() and len(answer) <= MAX_NAME_LENGTH):
            raise HavenError(f"{key}: at most {MAX_NAME_LENGTH} printable characters")
        self.answers[key] = answer
        return found


def without_name(question: SetupQuestion, answer: str) -> str:
    """Return an answer without the name of its setting, with which a command may have printed it.

    `haven keys backup` prints `export HAVEN_BACKUP_KEY=age1...`.
    """
    if not question.setting:
        return answer
    return re.sub(rf"^(export\s+)?{setting_name(question.setting)}=", "", answer.strip())


def without_name_of(question: SetupQuestion, fault: str) -> str:
    """Return an error without the names by which files call what was just asked."""
    field = "telegram_token" if question.key == "token" else question.setting or question.key
    name = setting_name(field)
    said = re.sub(rf"^({question.key}|{name}): |\b{name}=", "", fault)
    is_hint = field in SETTING_HINTS and said == SETTING_HINTS[field].replace(f"{name}=", "")
    return f"Needed: {said}" if is_hint else said


def as_at_terminal(fault: str, answer: str = "") -> str:
    """Return an error as a sentence that calls settings by their questions.

    One that begins with what was answered keeps that as it is.
    """
    titles = {setting_name(it.setting): it.text for it in QUESTIONS.values() if it.setting}
    said = re.sub(
        r"\bHAVEN_\w+", lambda it: f"“{titles[it[0]]}”" if it[0] in titles else it[0], fault
    )
    begins_with_answer = bool(answer) and said.startswith(answer[:4])
    return said if begins_with_answer else as_sentence(said)


def questions_in(fault: str) -> list[str]:
    """Return the keys of the questions that an error names, by their key or their setting."""
    return [
        key
        for key, question in QUESTIONS.items()
        if fault.startswith(f"{key}: ")
        or (question.setting and re.search(rf"\b{setting_name(question.setting)}\b", fault))
    ]
