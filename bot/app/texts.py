"""The texts of `flows/` with this deployment's blanks and facts, built from its settings."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot.app.hours_text import hours_text
from bot.app.phrase_list import phrases_outside_flows
from bot.app.referral_recipients import DeploymentRecipients, find_recipients, recipient_facts
from bot.cases.queries import AnswerRenderer, CaseReader
from bot.channels.web_push import WebPush
from bot.clock import DAY, MINUTE
from bot.conversation import CONTROLS, FlowRegistry
from bot.dispatch import callback_data
from bot.dispatch.privacy_notice import PrivacyNotice
from bot.dispatch.rate_limit import Loss
from bot.dispatch.rendering import Renderer
from bot.dispatch.system_texts import SystemTexts
from bot.dispatch.turn_services import TurnServices
from bot.errors import SettingError
from bot.hotline.chat import case_progress
from bot.hotline.chat.phrase_edits import PhraseEdits
from bot.hotline.chat.phrasebook import Phrasebook
from bot.hotline.on_call.roster import OnCallRoster, configured_channels
from bot.hotline.origins.spoken import SpokenTexts
from bot.hotline.referrals.consent_dialog import ConsentDialog, ConsentTexts
from bot.hotline.staff.service_hours import ServiceHours, plan_of_settings
from bot.hotline.staff.staff_presence import StaffPresence
from bot.languages import (
    FALLBACK,
    LANGUAGES,
    LOCALES,
    STAFF_LANGUAGES,
    base_catalogue,
    catalogue,
    use_catalogues,
)
from bot.languages.alarms.find import find_alarms, find_alarms_in_clauses, find_listed
from bot.languages.availability import checked_bot_names, load_offer
from bot.languages.questions import (
    find_question,
    likely_question,
    plainly_asked,
    surely_asked,
)
from bot.languages.voice_files import find_recordings
from bot.log import log
from bot.places.duties import CaseworkLaw, duties_of
from bot.places.registry import find_place
from bot.posters.texts import POSTER_TEXTS
from bot.text import Text
from bot.vault.backup.export_rows import ARCHIVE_RETENTION
from flows import ALL_FLOWS, flows_for_languages
from flows.own_data.privacy import Privacy
from flows.texts import hotline, organisation, phrases, questions, spoken
from flows.texts.counties import COUNTIES
from flows.texts.phrasebook import GROUPS, OFFICER_PHRASES, PHRASES
from flows.texts.titles import ROLE_TITLES
from flows.urgent.danger import DangerFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.app.options import BuildOptions
    from bot.hotline.staff.service_hours import ServicePlan
    from bot.languages import MessageKey
    from bot.languages.availability import LanguageOffer
    from bot.languages.voice_files import RecordingNames
    from bot.places.directory import Recipient
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.text import Catalogue
    from bot.vault import Vault

OFFICER_KINDS = frozenset({"police", "immigration"})
"""Organisations of officers: they have other duties, and people are told so."""
GOVERNMENT_KINDS = OFFICER_KINDS | {"labour"}
"""Organisations that are part of the government."""
HOME_PLACE = "taiwan"
"""The place the flows were written for; another overrides what is true here only."""
TAIWAN_ONLY = re.compile(
    r"Taiwan|NT\$|(?<!\d)(?:110|112|113|118|119|1925|1955|1990|0?800-085-095)(?!\d)"
    r"|Đài Loan|[台臺][灣湾]|ไต้หวัน|តៃវ៉ាន់|ថៃវ៉ាន់|ထိုင်ဝမ်"
)
"""Names of Taiwan in any language, its currency, its phone numbers."""
LEGAL_FLOWS = frozenset(
    {"my_rights", "my_situation", "for_someone", "being_questioned", "after_decision", "going_home"}
    | {"quiz", "what_to_keep"}
)
"""Flows whose sentences state the law, whether or not they name the country."""
LOCAL_HOSTS = frozenset({None, "", "localhost", "127.0.0.1", "::1"})
"""Hosts of a database on this machine."""
_HAS_LETTERS = re.compile(r"[a-z]{3}")
"""Matches more than a blank."""
_TRAILING_BRACKETS = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]$")
"""The name in the local language behind a name: lists on a phone leave it out."""


def build_turn_context(settings: Settings, vault: Vault, options: BuildOptions) -> TurnServices:
    """Return what every turn of this deployment needs.

    Raises:
        SettingError: the place has no texts of its own for phrases that are true in Taiwan only.
    """
    load_place(settings)
    service_hours = ServiceHours(settings, vault)
    texts, registry = (
        build_system_texts(settings, lambda: service_hours.latest),
        FlowRegistry(flows_for_languages(options.languages)),
    )
    renderer = Renderer(texts)

    def has_escrow() -> bool:
        return vault.has_escrow

    return TurnServices(
        registry,
        renderer,
        texts,
        vault,
        build_fact_source(
            settings,
            rehearsal=options.rehearsal,
            escrow=has_escrow,
            plan=lambda: service_hours.latest,
        ),
        build_phrasebook(settings, texts, PhraseEdits(vault)),
        build_consent(settings, registry, texts),
        build_notice(settings, renderer, escrow=has_escrow),
        settings.zone,
        service_hours,
        settings.desk_group != 0,
        settings.staff_language,
        build_roster(settings, vault),
        options.username,
        frozenset(options.languages),
        clock_monitor=options.clock_monitor,
        casework=casework_of(settings),
        has_disk_space=options.has_disk_space,
        presence=StaffPresence(vault),
        voices=options.voices,
    )


def build_roster(settings: Settings, vault: Vault) -> OnCallRoster:
    """Return the on-call roster of a deployment."""
    return OnCallRoster(vault, settings.zone, configured_channels(settings))


def build_push(settings: Settings, vault: Vault) -> WebPush | None:
    """Return what calls browsers; None where the deployment has no contact for push services."""
    return WebPush(vault.push_key, settings.push_contact) if settings.push_contact else None


def load_recordings(
    place: Place, languages: Collection[str], locales: Path = LOCALES
) -> RecordingNames:
    """Return the recordings that may be sent, of messages in their present wording."""
    return find_recordings(spoken_texts(place), languages, locales)


def spoken_texts(place: Place) -> list[Text]:
    """Return the messages that can be heard: of flows, of the place, and answers to questions."""
    lines = [it for line in place.sentences.values() for it in (line.text, line.fallback) if it]
    answers = [answer.text for each in questions.ANSWERS.values() for answer in each]
    return [*flow_texts(), *lines, *answers, hotline.NOBODY_CAN_ANSWER]


@cache
def flow_texts() -> tuple[Text, ...]:
    """Return every phrase of every flow."""
    return tuple(text for flow in ALL_FLOWS for step in flow.steps for text in step.phrases())


def place_bound_phrases() -> frozenset[MessageKey]:
    """Return every phrase that is true in Taiwan only: it states its law, or names the country.

    Translations are searched as well: a translator may name the country where English does not.
    """
    catalogues = [base_catalogue(tag) for tag in LANGUAGES]
    found: set[MessageKey] = set()
    for text, may_be_law in _all_phrases():
        states_law = may_be_law and text.context is None and _HAS_LETTERS.search(text.source)
        if states_law or any(TAIWAN_ONLY.search(text.render(read_in)) for read_in in catalogues):
            found.add((text.context, text.source))
    return frozenset(found)


def _all_phrases() -> Iterator[tuple[Text, bool]]:
    """Yield every phrase a person can read, and whether it may state the law."""
    for county in COUNTIES.values():
        yield county, True
    for flow in ALL_FLOWS:
        for step in flow.steps:
            yield from ((text, flow.name in LEGAL_FLOWS) for text in step.phrases())
    yield from ((text, False) for _where, text in phrases_outside_flows())
    yield from ((text, False) for text in POSTER_TEXTS)


def load_place(settings: Settings) -> Place:
    """Return the place of a deployment.

    Raises:
        SettingError: there is no such place, or it does not override all that is true in Taiwan
            only.
    """
    place = find_place(settings.place)
    if place.name != HOME_PLACE and (
        missing := sorted(place_bound_phrases() - place.overrides.keys(), key=str)
    ):
        raise SettingError(
            f"HAVEN_PLACE: {place.name} lacks its own texts for {len(missing)} phrases that are "
            f"true in {HOME_PLACE} only, e.g. “{missing[0][1]}”"
        )
    return place


def build_notice(
    settings: Settings,
    renderer: Renderer | None = None,
    *,
    escrow: Callable[[], bool] = lambda: False,
) -> PrivacyNotice:
    """Return the privacy notice that these settings make true.

    Args:
        settings: of the deployment.
        renderer: renders it; made from the settings if none is given.
        escrow: tells whether there is an escrow key; one can be made while Haven runs.
    """
    renderer = renderer or Renderer(build_system_texts(settings))
    permanent = permanent_facts(settings)

    def facts() -> frozenset[str]:
        today = datetime.now(settings.zone).date()
        return _with_escrow(permanent | recipient_facts(settings, today), exists=escrow())

    return PrivacyNotice(Privacy, facts, renderer)


_PROGRESS = case_progress.ProgressTexts(
    received=hotline.RECEIVED, read=hotline.READ, not_read=hotline.NOT_READ,
    responsible=hotline.RESPONSIBLE, nobody_yet=hotline.NOBODY_YET,
    try_by=hotline.TRY_BY, try_by_or_tell=hotline.TRY_BY_OR_TELL,
    late=hotline.LATE, late_and_told=hotline.LATE_AND_TOLD,
    closed_until=hotline.CLOSED_UNTIL, closed=hotline.CLOSED,
    next=hotline.NEXT_STEP, replies=hotline.RECIPIENT_REPLIES, titles=ROLE_TITLES,
    appointment=hotline.APPOINTMENT, services=hotline.SERVICE_NAMES,
)  # fmt: skip
_NOT_KEPT = {
    Loss.KIND: phrases.UNSUPPORTED_CONTENT, Loss.SIZE: phrases.FILE_TOO_LARGE,
    Loss.FILES: phrases.FILES_REFUSED, Loss.WORDS: phrases.DAILY_LIMIT,
    Loss.DOWNLOAD: phrases.FAILED_TRY_AGAIN,
}  # fmt: skip
_DIGITS = Text("{digits}")
_ONCE_READ = {
    phrases.OPENING: phrases.PHONE_WARNING,
    phrases.SEND_WHY: phrases.STILL_READ,
    phrases.NOT_SENT: phrases.STILL_READ,
    phrases.CONSENT: phrases.CONSENT_STILL_READ,
    phrases.CONSENT_POLICE: phrases.CONSENT_POLICE_STILL_READ,
}
"""What is said, once staff read, in place of what is true only before."""


def build_system_texts(
    settings: Settings, plan: Callable[[], ServicePlan] | None = None
) -> SystemTexts:
    """Return the texts outside flows, with this deployment's blanks.

    Args:
        settings: of the deployment.
        plan: returns the hours that hold now; by default those of the settings.
    """
    current_plan = plan or _plan_of(settings)
    return SystemTexts(
        controls=CONTROLS, labels=flow_texts(), danger=phrases.DANGER, bye=phrases.CLEAR_CHAT,
        other_language=phrases.OTHER_LANGUAGE, kept_too=phrases.KEPT_TOO,
        cleared=phrases.CHAT_CLEARED, stale_button=phrases.STALE_BUTTON,
        pressed_already=phrases.ALREADY_ANSWERED, not_kept=_NOT_KEPT,
        received_contact=phrases.RECEIVED_CONTACT, received_edit=phrases.RECEIVED_CHANGE,
        with_case=phrases.WITH_CASE,
        question_stands=phrases.QUESTION_STANDS, told_already=phrases.TOLD_ALREADY,
        once_read=_ONCE_READ,
        nothing_lost=phrases.AFTER_OUTAGE,
        same_passphrase=phrases.DURESS_SAME_AS_FIRST,
        short_passphrase=phrases.PASSPHRASE_TOO_SHORT,
        sentence_as_passphrase=phrases.PASSPHRASE_IS_SENTENCE,
        not_kept_here=phrases.MAY_BE_PASSPHRASE,
        until_they_write=phrases.CONTACT_SILENT,
        may_be_left_out=PHRASES["take_time"].text,
        recognised=phrases.RECOGNISED,
        join_words=spoken.JOIN_WORDS, join_word_list=tuple(spoken.WORDS.values()),
        introduced_by_partner=organisation.PARTNER_LINK_USED,
        no_partner=organisation.NO_PARTNER_LINK,
        nobody_comes=hotline.NOBODY_CAN_ANSWER,
        danger_numbers=DangerFlow.numbers.text, danger_digits=_DIGITS,
        ambulance=phrases.AMBULANCE,
        who_may_write=hotline.WHO_MAY_WRITE,
        caseworker_joined=hotline.CASEWORKER_JOINED,
        caseworker_changed=hotline.CASEWORKER_CHANGED,
        caseworker_left=hotline.CASEWORKER_LEFT,
        caseworker_reads=hotline.PERSON_ANSWERS,
        answers=questions.ANSWERS,
        titles=ROLE_TITLES,
        data_held=hotline.YOUR_DATA,
        case_progress=_PROGRESS, case_status=hotline.CASE_STATUS,
        blanks=lambda read_in: _blank_values(settings, current_plan(), read_in),
        office_hours=lambda office, read_in: hours_text(
            current_plan(), datetime.now(settings.zone).date(), read_in, office
        ),
        find_alarms=find_alarms, find_alarm_phrases=find_listed,
        find_alarms_in_clauses=find_alarms_in_clauses,
        find_question=find_question,
        likely_question=likely_question,
        surely_asked=surely_asked, plainly_asked=plainly_asked,
    )  # fmt: skip


def build_spoken_texts() -> SpokenTexts:
    """Return what a caseworker reads aloud to a person who has no chat."""
    return SpokenTexts(
        opening=spoken.OPENING, what=spoken.WHAT, number=spoken.NUMBER,
        times_question=spoken.TIMES_QUESTION, times=spoken.TIMES,
        if_other_question=spoken.IF_OTHER_QUESTION, if_other=spoken.IF_OTHER,
        consent=spoken.CONSENT, not_kept=spoken.NOT_KEPT,
        danger_numbers=DangerFlow.numbers.text, join_code=spoken.JOIN_CODE,
        words=tuple(spoken.WORDS.values()),
    )  # fmt: skip


def _plan_of(settings: Settings) -> Callable[[], ServicePlan]:
    plan = plan_of_settings(settings)
    return lambda: plan


def _blank_values(settings: Settings, plan: ServicePlan, read_in: Catalogue) -> Mapping[str, str]:
    place, today = find_place(settings.place), datetime.now(settings.zone).date()
    offered = [it for it in find_recipients(settings).values() if it.is_offered(today)]
    return {
        **place.blanks(read_in, today),
        "offices": _recipient_names((it for it in offered if it.is_office), read_in),
        "organisations": _recipient_names((it for it in offered if not it.is_office), read_in),
        "organisation": settings.organisation,
        "contact": settings.contact,
        "source": settings.source,
        "hours": hours_text(plan, today, read_in),
        "keep_days": str(settings.keep_days),
        "copy_days": str(max(ARCHIVE_RETENTION.values()) // DAY),
    }


def build_phrasebook(
    settings: Settings, phrasing: SystemTexts, edits: PhraseEdits | None = None
) -> Phrasebook:
    """Return the phrasebook of this organisation, with the danger and bye buttons."""
    ways_out = {
        callback_data.DANGER_BUTTON: phrasing.danger,
        callback_data.BYE_BUTTON: phrasing.bye,
    }
    sentences = OFFICER_PHRASES if _has_officers(settings) else PHRASES
    return Phrasebook(sentences, phrasing.blanks, groups=GROUPS, exit_buttons=ways_out, edits=edits)


def _has_officers(settings: Settings) -> bool:
    return settings.organisation_kind in OFFICER_KINDS


def build_consent(settings: Settings, book: FlowRegistry, phrasing: SystemTexts) -> ConsentDialog:
    """Return the dialog that asks people whether others may be told something."""
    words = ConsentTexts(
        **{each.name: hotline.REFERRAL[each.name] for each in fields(ConsentTexts)}
    )
    ways_out = {
        callback_data.DANGER_BUTTON: phrasing.danger,
        callback_data.BYE_BUTTON: phrasing.bye,
    }
    recipients = DeploymentRecipients(settings)
    return ConsentDialog(book, recipients, words, exit_buttons=ways_out)


def casework_of(settings: Settings) -> CaseworkLaw:
    """Return what the law of the place says about casework of this organisation."""
    place = find_place(settings.place)
    duties = duties_of(place.duties, settings.organisation_kind)
    return CaseworkLaw(place.services, duties, place.deadline_rules)


def permanent_facts(settings: Settings) -> frozenset[str]:
    """Return the facts that these settings make true at any moment."""
    facts = {
        "police": _has_officers(settings),
        "office": settings.organisation_kind in GOVERNMENT_KINDS,
        "elsewhere": _is_remote(settings.database_url) or settings.files_url.startswith("s3:"),
        "compared": bool(settings.connections),
        f"desk_{settings.desk_mode}": bool(settings.desk_group),
        "backups": settings.backups is not None,
        "source": bool(settings.source),
    }
    return frozenset(fact for fact, holds in facts.items() if holds)


def _with_escrow(facts: frozenset[str], *, exists: bool) -> frozenset[str]:
    """Return facts with the one that no setting decides: that there is an escrow key."""
    return facts | {"escrow"} if exists else facts


def _is_remote(url: str | None) -> bool:
    """Tell whether a database is on another machine; a socket is on this one."""
    host = make_url(url).host if url else None
    return host not in LOCAL_HOSTS and not str(host).startswith("/")


def _recipient_names(recipients: Iterable[Recipient], read_in: Catalogue) -> str:
    """Return the names of recipients, one a line."""
    return "\n".join(_TRAILING_BRACKETS.sub("", it.name.render(read_in)) for it in recipients)


def bot_profiles(settings: Settings, languages: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Return the bot's description, short description and name, by language."""
    profiles, names = {}, checked_bot_names(settings)
    plan = plan_of_settings(settings)  # the description names no hours
    for tag in languages:
        read_in = catalogue(tag)
        blanks = _blank_values(settings, plan, read_in)
        description = phrases.BOT_DESCRIPTION.render(read_in, blanks)
        short = phrases.BOT_SHORT_DESCRIPTION.render(read_in)
        profiles[tag] = (description, short, names.get(tag, ""))
    return profiles


def use_offered_languages(settings: Settings, offer: LanguageOffer | None = None) -> LanguageOffer:
    """Use the checked catalogues from now on, with the overrides of this place."""
    offered = offer or load_offer(settings)
    for tag, faults in offered.refused.items():
        log.warning("language_refused", language=tag, count=len(faults))
    use_catalogues(offered.checked, load_place(settings).overrides)
    return offered


def build_reader(
    settings: Settings, database: Database, vault: Vault, book: FlowRegistry, language: str
) -> CaseReader:
    """Return the reader of cases in a language; staff texts fall back to English."""
    staff = language if language in STAFF_LANGUAGES else FALLBACK
    return CaseReader(
        database,
        vault,
        AnswerRenderer(
            book, catalogue(language), catalogue(staff, "staff"), organisation=settings.organisation
        ),
        law=find_place(settings.place).law,
    )


def build_fact_source(
    settings: Settings,
    *,
    rehearsal: bool = False,
    escrow: Callable[[], bool] = lambda: False,
    plan: Callable[[], ServicePlan] | None = None,
) -> Callable[[int], frozenset[str]]:
    """Return the facts at a moment: in_hours, what the place knows, and the permanent ones."""
    permanent = permanent_facts(settings) | ({"rehearsal"} if rehearsal else set())
    current_plan = plan or _plan_of(settings)

    @lru_cache(maxsize=2)
    def known_in(minute: int, plan: ServicePlan, place: Place) -> frozenset[str]:
        in_hours = {"in_hours"} if plan.hours().is_open(minute * MINUTE) else set()
        today = datetime.fromtimestamp(minute * 60, settings.zone).date()
        told = recipient_facts(settings, today)
        return frozenset(permanent | in_hours | told | place.known_facts(today))

    return lambda now: _with_escrow(
        known_in(now // MINUTE, current_plan(), find_place(settings.place)), exists=escrow()
    )
