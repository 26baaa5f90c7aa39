"""The form of an account: what was typed, the terms it means, and what is wrong by field.

Caseworkers and supervisors read cases, so they have languages and queues. Interpreters have
languages. Administrators and auditors have neither. No account changes from one side to the other:
who manages accounts never gets to read cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.desks.web.administration import texts
from bot.hotline.staff.enrolment import may_become, reads_cases
from bot.hotline.staff.offices import MAX_OFFICES
from bot.hotline.staff.staff import (
    DEFAULT_MAX_CHATS,
    MAX_CHATS,
    MAX_NAME_LENGTH,
    MAX_SKILLS_LENGTH,
    AccountTerms,
    is_skill,
)
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.hotline.staff.staff import Caseworker
    from bot.text import Text

LANGUAGE_PREFIX, QUEUE_PREFIX, OFFICE_PREFIX = "language-", "queue-", "office-"
"""What names of fields begin with. The value of the fields of offices is the id of one."""
TERM_FIELDS = frozenset(
    {"role", "title", "skills", "chats"}
    | {LANGUAGE_PREFIX + tag for tag in LANGUAGES}
    | {QUEUE_PREFIX + queue.value for queue in Queue}
    | {f"{OFFICE_PREFIX}{number}" for number in range(MAX_OFFICES)}
)
NEW_FIELDS = TERM_FIELDS | {"name", "reason"}
Faults = dict[str, tuple["Text", dict[str, str]]]


@dataclass(frozen=True, slots=True)
class AccountForm:
    """A filled-in form; `terms` is None if something is wrong."""

    values: Mapping[str, str]
    terms: AccountTerms | None = None
    faults: Faults = field(default_factory=dict)
    """By field: what is wrong, and the blanks of that text."""

    @property
    def name(self) -> str:
        """Return the name with single spaces."""
        return " ".join(self.values.get("name", "").split())

    @property
    def offices(self) -> tuple[str, ...]:
        """Return the ids of the offices that are marked."""
        return tuple(it for name, it in self.values.items() if name.startswith(OFFICE_PREFIX))

    @property
    def reason(self) -> str:
        """Return who this is, as the approving colleague reads it."""
        return self.values.get("reason", "").strip()


def form_of(colleague: Caseworker) -> AccountForm:
    """Return the form of an account as it is now."""
    marked = [LANGUAGE_PREFIX + tag for tag in colleague.languages]
    marked += [QUEUE_PREFIX + queue for queue in colleague.queues]
    about = {
        "role": colleague.role.value, "title": colleague.title,
        "skills": " ".join(colleague.skills), "chats": str(colleague.most),
    }  # fmt: skip
    about |= {f"{OFFICE_PREFIX}{number}": it for number, it in enumerate(colleague.offices)}
    return AccountForm(about | dict.fromkeys(marked, "1"))


def empty_form() -> AccountForm:
    """Return the form of a new account, with nothing chosen."""
    return AccountForm({"chats": str(DEFAULT_MAX_CHATS)})


def roles_of(colleague: Caseworker | None) -> list[Role]:
    """Return the roles an account can have; all of them for a new one."""
    return [it for it in Role if colleague is None or may_become(colleague.role, it)]


def parse_account(
    values: Mapping[str, str], colleague: Caseworker | None = None, *, needs_reason: bool = False
) -> AccountForm:
    """Return the filled-in form of a new account, or of changes to one."""
    form = AccountForm(values)
    faults = dict(_term_faults(values, colleague))
    if colleague is None and not _is_name(form.name):
        faults["name"] = (texts.NAME_NEEDED, {"count": str(MAX_NAME_LENGTH)})
    if needs_reason and not form.reason:
        faults["reason"] = (texts.REASON_NEEDED, {})
    return AccountForm(values, None if faults else _terms(values), faults)


def _term_faults(
    values: Mapping[str, str], colleague: Caseworker | None
) -> Iterator[tuple[str, tuple[Text, dict[str, str]]]]:
    role = values.get("role", "")
    if role not in roles_of(colleague):
        yield "role", (texts.ROLE_CROSSES if role in set(Role) else texts.ROLE_NEEDED, {})
        return
    if has_languages(Role(role)) and not _chosen(values, LANGUAGE_PREFIX, LANGUAGES):
        yield "languages", (texts.LANGUAGE_NEEDED, {})
    if not reads_cases(Role(role)):
        return
    if values.get("title", "") not in texts.TITLES:
        yield "title", (texts.TITLE_NEEDED, {})
    if not _chosen(values, QUEUE_PREFIX, Queue):
        yield "queues", (texts.QUEUE_NEEDED, {})
    skills = values.get("skills", "").split()
    if not all(map(is_skill, skills)) or len(" ".join(skills)) > MAX_SKILLS_LENGTH:
        yield "skills", (texts.SKILLS_WRONG, {"count": str(MAX_SKILLS_LENGTH)})
    if not _chat_count(values):
        yield "chats", (texts.CHATS_WRONG, {"count": str(MAX_CHATS)})


def _terms(values: Mapping[str, str]) -> AccountTerms:
    role = Role(values["role"])
    languages = _chosen(values, LANGUAGE_PREFIX, LANGUAGES) if has_languages(role) else ()
    if not reads_cases(role):
        return AccountTerms(role=role, languages=languages)
    return AccountTerms(
        role=role, title=values["title"], languages=languages,
        queues=_chosen(values, QUEUE_PREFIX, Queue), offices=AccountForm(values).offices,
        skills=tuple(dict.fromkeys(values.get("skills", "").split())), most=_chat_count(values),
    )  # fmt: skip


def has_languages(role: Role) -> bool:
    """Whether a role answers or renders in languages."""
    return reads_cases(role) or role is Role.INTERPRETER


def _chosen(values: Mapping[str, str], prefix: str, offered: object) -> tuple[str, ...]:
    return tuple(str(it) for it in offered if values.get(prefix + str(it)))  # type: ignore[attr-defined]


def _chat_count(values: Mapping[str, str]) -> int:
    """Return the chats at once; 0 if it is no number, or too many."""
    typed = values.get("chats", "").strip()
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MAX_CHATS))
    return int(typed) if is_number and int(typed) <= MAX_CHATS else 0


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable()
