"""The conversations the bot can hold, one flow a module. See `flows/README.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.after_decision import AfterDecision
from flows.afterwards import Afterwards
from flows.ask_for_help import AskForHelp
from flows.auto_delete import AutoDelete
from flows.being_questioned import BeingQuestioned
from flows.check_in import CheckInFlow
from flows.danger import DangerFlow
from flows.delete import Delete
from flows.despair import Despair
from flows.for_someone import ForSomeone
from flows.going_home import GoingHome
from flows.help import Help
from flows.identify import Identify
from flows.language import LanguageFlow, build_language_flow
from flows.learn import Learn
from flows.my_data import MyData
from flows.my_rights import MyRights
from flows.my_situation import MySituation
from flows.notice_changed import NoticeChanged
from flows.passphrase import Passphrase
from flows.phone_numbers import PhoneNumbers
from flows.privacy import Privacy
from flows.quiz import Quiz
from flows.receipt import ReceiptFlow
from flows.report import Report
from flows.resume import Resume
from flows.return_check import ReturnCheck
from flows.stop import Stop
from flows.talk import Talk
from flows.welcome import Welcome
from flows.what_to_keep import WhatToKeep
from flows.who import Who

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation import Flow

ALL_FLOWS: tuple[type[Flow], ...] = (
    Welcome, ReturnCheck, Resume, Report, AskForHelp, Talk, Afterwards, Identify, Passphrase,
    ReceiptFlow, CheckInFlow, AutoDelete, Learn, MySituation, MyRights, ForSomeone,
    BeingQuestioned, AfterDecision, GoingHome, WhatToKeep, PhoneNumbers, Quiz, DangerFlow, Despair,
    Help, Who, LanguageFlow, Privacy, NoticeChanged, MyData, Delete, Stop,
)  # fmt: skip
"""All flows."""


def flows_for_languages(offered: Collection[str]) -> tuple[type[Flow], ...]:
    """Return all flows for a deployment that offers these languages."""
    return tuple(
        build_language_flow(offered) if flow is LanguageFlow else flow for flow in ALL_FLOWS
    )
