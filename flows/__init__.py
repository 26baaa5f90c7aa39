"""The conversations the bot can hold, one flow a module. See `flows/README.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.information.after_decision import AfterDecision
from flows.information.being_questioned import BeingQuestioned
from flows.information.going_home import GoingHome
from flows.information.learn import Learn
from flows.information.my_rights import MyRights
from flows.information.my_situation import MySituation
from flows.information.phone_numbers import PhoneNumbers
from flows.information.quiz import Quiz
from flows.information.what_to_keep import WhatToKeep
from flows.own_data.auto_delete import AutoDelete
from flows.own_data.delete import Delete
from flows.own_data.my_data import MyData
from flows.own_data.passphrase import Passphrase
from flows.own_data.privacy import Privacy
from flows.requests.afterwards import Afterwards
from flows.requests.ask_for_help import AskForHelp
from flows.requests.check_in import CheckInFlow
from flows.requests.contact import ContactFlow
from flows.requests.for_someone import ForSomeone
from flows.requests.more_choices import MoreChoices
from flows.requests.receipt import ReceiptFlow
from flows.requests.report import Report
from flows.requests.talk import Talk
from flows.start.help import Help
from flows.start.identify import Identify
from flows.start.language import LanguageFlow, build_language_flow
from flows.start.notice_changed import NoticeChanged
from flows.start.resume import Resume
from flows.start.return_check import ReturnCheck
from flows.start.stop import Stop
from flows.start.welcome import Welcome
from flows.start.who import Who
from flows.urgent.danger import DangerFlow
from flows.urgent.despair import Despair
from flows.urgent.story import Story
from flows.urgent.urgent_details import UrgentDetails

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.conversation import Flow

ALL_FLOWS: tuple[type[Flow], ...] = (
    Welcome, ReturnCheck, Resume, Report, AskForHelp, Talk, Afterwards, Identify, Passphrase,
    ContactFlow, MoreChoices,
    ReceiptFlow, CheckInFlow, AutoDelete, Learn, MySituation, MyRights, ForSomeone,
    BeingQuestioned, AfterDecision, GoingHome, WhatToKeep, PhoneNumbers, Quiz, DangerFlow, Despair,
    Story, UrgentDetails, Help, Who, LanguageFlow, Privacy, NoticeChanged, MyData, Delete, Stop,
)  # fmt: skip
"""All flows."""


def flows_for_languages(offered: Collection[str]) -> tuple[type[Flow], ...]:
    """Return all flows for a deployment that offers these languages."""
    return tuple(
        build_language_flow(offered) if flow is LanguageFlow else flow for flow in ALL_FLOWS
    )
