"""Taiwan: phone numbers and other services, and how well each is known.

Sources are those of the research of 2026. 110 and 119 answer day and night; 112 reaches both from a
mobile phone without a SIM card. Numbers read only in old texts, or nowhere, are never shown; they
stand here so that they are checked. There is no verified number yet for legal aid.

1955 passes complaints on, and employers call it too. People are told so before they call, and that
they can ask first: a warning alone would keep them from the line that speaks their language.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.places.directory import DirectoryEntry, SourceQuality
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

VERIFIED_ON = date(2026, 11, 24)
EXPIRES_ON = date(2027, 11, 24)
SOURCED: Mapping[str, Any] = {"verified_on": VERIFIED_ON, "expires_on": EXPIRES_ON}


def _entry(number: str, answered_by: Text, source: str, **more: Any) -> DirectoryEntry:
    about = {"hours": "24 h", "quality": SourceQuality.READ, **SOURCED, **more}
    return DirectoryEntry(number=number, answered_by=answered_by, source=source, **about)


SHOWN: Mapping[str, DirectoryEntry] = {
    "110": _entry(
        "110",
        _("police"),
        "english.taichung.gov.tw/1139972; retiredintaiwan.club emergency guide",
        languages=("zh_Hant",),
        # Translators: {number} is a phone number. "Yingwen" is how Chinese for "English" sounds:
        # write it as your readers would say it.
        call_text=_(
            "{number} answers day and night all over Taiwan. It is the police; they can come to "
            "where you are. They may know only Chinese: say Yingwen, it means English."
        ),
    ),
    "112": _entry(
        "112",
        # Translators: a mobile phone without a SIM card; a recorded voice answers first.
        _("without a SIM card; when a voice answers, press 0"),
        "excusemetaiwan.com/emergencycall; retiredintaiwan.club emergency guide",
    ),
    "119": _entry(
        "119",
        _("ambulance and fire brigade"),
        "tfdp.com.tw 1564; taipeitimes 2021-04-26",
        languages=("zh_Hant",),
        # Translators: {number} is a phone number.
        call_text=_(
            "At {number} the ambulance and the fire brigade in Taiwan answer, and can come to "
            "where you are. They may know only Chinese."
        ),
    ),
    "1955": _entry(
        "1955",
        # Translators: a government line where workers ask and complain about work. It must be
        # plain, before a person calls, that a complaint goes on to others; no more than that.
        _("for workers, free; complaints go to the labor office, so ask first"),
        "wda.gov.tw (17 Oct 2019); nitp.taipei; english.gov.taipei C70390A8; taiwanofw.com; "
        "international.thenewslens.com/article/40830",
        languages=("zh_Hant", "en", "id", "vi", "th"),
        # Translators: {number} is a phone number. It must be plain that others hear of a complaint.
        call_text=_(
            "{number} answers day and night in Chinese, English, Indonesian, Vietnamese and Thai. "
            "It is a government line in Taiwan. You can ask first. If you complain, the labor "
            "office or the police hear of it, and employers call it too."
        ),
    ),
    "113": _entry(
        "113",
        # Translators: in Taiwan 113 is a line of social workers. It is not the police there.
        _("social workers, free; in Taiwan not the police line"),
        "worldvision.org.tw 113; taiwannews 3984218; taidaily.com 434865",
        languages=("zh_Hant", "en", "vi", "id", "th", "km", "ja"),
        # Translators: {number} is a phone number. The interpreter listens in the same call.
        call_text=_(
            "At {number} social workers in Taiwan answer, day and night, free. They can bring an "
            "interpreter into the call: English, Vietnamese, Indonesian, Thai, Khmer or Japanese. "
            "They too must by law pass some things on."
        ),
    ),
    "1990": _entry(
        "1990",
        # Translators: papers are visas and cards to stay or to work.
        _("questions about papers; an immigration office line"),
        "japan.focustaiwan.tw 202206270002; taipeitimes 2020-11-29",
        hours="zh, en, ja 24 h; vi, id, th, km Monday to Friday, 8 h a day (2022)",
        languages=("zh_Hant", "en", "ja"),
        some_hours=("vi", "id", "th", "km"),
        # Translators: {number} is a phone number. "Office" of the government in Taiwan.
        call_text=_(
            "{number} answers about papers and work in Taiwan: day and night in Chinese, English "
            "and Japanese, on weekdays for some hours in Vietnamese, Indonesian, Thai and Khmer. "
            "It belongs to the immigration office, which has police duties."
        ),
    ),
    "118": _entry(
        "118",
        _("coast guard: on ships, in harbours, on the coast"),
        "cga.gov.tw quarterly no. 121 (Sept 2024), p. 11; Maritime Patrol Directorate General, "
        "Services page; chinatimes.com 2025-11-10",
        hours="not stated in any text that was read",
        languages=("zh_Hant",),
        # Translators: {number} is a phone number.
        call_text=_(
            "{number} is the coast guard in Taiwan, for people on ships, in harbours and on the "
            "coast. They may know only Chinese. They have police duties."
        ),
    ),
    "despair": _entry(
        "1925",
        # Translators: a line for people who do not want to live any more. Warm and plain.
        _("someone who listens, free, in Chinese; often busy"),
        "udn.com 9004922 (2025-09-15), 8943789 (2025-08-16); Yahoo News Taiwan, release of the "
        "ministry for Spring Festival 2026",
        languages=("zh_Hant",),
        # Translators: {number} is a phone number. When it is busy, a recorded voice takes a number.
        call_text=_(
            "{number} answers day and night in Taiwan, free, in Chinese. It is often busy: then "
            "press # and your number, and they call you back within a day."
        ),
    ),
    "abroad_home": _entry(
        "0800-085-095",
        # Translators: families, in Taiwan, of people from Taiwan who are in another country.
        _("families of people from Taiwan; in Taiwan, free"),
        "boca.gov.tw np-53 (2021-03-17), np-88 (2022-04-27); ettoday.net 2026-01-27",
        languages=("zh_Hant",),
        # Translators: {number} is a phone number. The ministry for relations with other countries.
        call_text=_(
            "{number} is a line of the Foreign Ministry of Taiwan, day and night, in Chinese. It "
            "is for people from Taiwan who are abroad, and for their families."
        ),
    ),
    "abroad": _entry(
        "+886-800-085-095",
        # Translators: people from Taiwan who are in another country now. The call costs money.
        _("people from Taiwan in other countries; not free"),
        "boca.gov.tw np-53 (2021-03-17), np-88 (2022-04-27); ettoday.net 2026-01-27",
        languages=("zh_Hant",),
    ),
}

_old = partial(_entry, quality=SourceQuality.OLD)
_hearsay = partial(_entry, quality=SourceQuality.HEARSAY)
NOT_SHOWN: Mapping[str, DirectoryEntry] = {
    "nia_report": _entry(
        "02-2388-3095",
        Text("National Immigration Agency, line for reports of trafficking"),
        "immigration.gov.tw; outdoor.chc.edu.tw 6474; news.immigration.gov.tw 160A056E",
        hours="not stated in any text that was read",
        missing="its hours, its languages and what a call costs",
    ),
    "110_app": _old(
        "110視訊報案",
        Text("police by text, silently, with the place (an app)"),
        "turnnewsapp.com/tw/billboard/217182; cn.bg3.co (Jan 2021)",
        missing="whether the app still exists under that name",
    ),
    "110_any_key": _old(
        "110",
        Text("without a voice: hold down any key once it is answered"),
        "ptsnewssignlan.pixnet.net 42551062",
    ),
    "110_sms": _old(
        "110",
        Text("police by SMS, one number for each county"),
        "news.ltn.com.tw 3382042",
        missing="the number of each county",
    ),
    "legal_aid": _hearsay(
        "412-8518",
        Text("Legal Aid Foundation"),
        "not found in what was read; laf.org.tw/en service Sn=12 for what it does",
        hours="office hours",
        missing="its number and its languages",
    ),
    "165": _old("165", Text("police, against fraud"), "taipeitimes 2004-09-04"),
    "china": _old(
        "02-2533-9995",
        Text("Straits Exchange Foundation, for Taiwanese in trouble in China"),
        "mac.gov.tw 5EEDBC40",
    ),
    "ecare": _old("ecare.mohw.gov.tw", Text("113 in writing"), "saydigi-tech.com 2020/08"),
}
