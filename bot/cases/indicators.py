"""Trafficking indicators found in answers, named in three vocabularies.

- The eleven indicators of forced labour of the International Labour Organization (ILO).
- Article 2 of Taiwan's Human Trafficking Prevention Act: means (subparagraph 1, item 1), acts
  (item 2), and that under 18 no improper means are needed.
- Codes of the Human Trafficking Case Data Standard 2.0 (HTCDS; International Organization for
  Migration, CC BY 4.0).

They help staff set priorities. There is no score and no verdict: an indicator neither proves nor
rules out anything, only the judicial police identify victims (Article 11), and people who write to
the hotline never see this. An open question yields nothing. Where an answer leaves several codes
possible, all are named as alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.urgency import REASON_TEXTS
from bot.conversation.answer_rules import UNDER_18, Condition, answer_is
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    Answers = Mapping[str, object]

ILO_INDICATORS = {
    "vulnerability": pgettext("ilo", "Abuse of vulnerability"),
    "deception": pgettext("ilo", "Deception"),
    "movement": pgettext("ilo", "Restriction of movement"),
    "isolation": pgettext("ilo", "Isolation"),
    "violence": pgettext("ilo", "Physical and sexual violence"),
    "threats": pgettext("ilo", "Intimidation and threats"),
    "documents": pgettext("ilo", "Retention of identity documents"),
    "wages": pgettext("ilo", "Withholding of wages"),
    "debt": pgettext("ilo", "Debt bondage"),
    "conditions": pgettext("ilo", "Abusive working and living conditions"),
    "overtime": pgettext("ilo", "Excessive overtime"),
}
"""The eleven indicators, in the order of the ILO."""

ACT_ELEMENTS = {
    "force": pgettext("act", "Means: violence"),
    "threat": pgettext("act", "Means: threats, intimidation"),
    "confinement": pgettext("act", "Means: confinement"),
    "monitoring": pgettext("act", "Means: monitoring"),
    "fraud": pgettext("act", "Means: fraud, or concealing important information"),
    "debt": pgettext("act", "Means: improper debt bondage"),
    "documents": pgettext("act", "Means: withholding important documents"),
    "helplessness": pgettext("act", "Means: using inability, ignorance or helplessness"),
    "similar": pgettext("act", "Means: another similar way"),
    "underpaid": pgettext("act", "Act: labour with disproportionately low pay"),
    "crime": pgettext("act", "Act: making someone commit criminal offences"),
    "young": pgettext("act", "Under 18: no improper means are needed"),
}
"""The elements of Article 2 that answers can point to."""


class HtcdsCode(NamedTuple):
    """A field and a value, both spelt as in the HTCDS."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator and its names in each vocabulary."""

    code: str
    text: Text
    condition: Condition
    ilo: str | None = None
    """A key of `ILO_INDICATORS`."""
    act: tuple[str, ...] = ()
    """Keys of `ACT_ELEMENTS`; any of them may apply."""
    htcds: tuple[tuple[HtcdsCode, ...], ...] = ()
    """Codes that apply together; a tuple of several codes means that one of them applies."""


def _codes(field: str, *values: str) -> tuple[HtcdsCode, ...]:
    return tuple(HtcdsCode(field, value) for value in values)


_control = partial(_codes, "vic_MethodsOfControl")
_industry = partial(_codes, "vic_ForcedLabourIndustry")
_kind = partial(_codes, "vic_TypeOfExploitation")

# The picklist lacks restriction of movement, though the standard defines it: an extra column.
NOT_FREE = ((HtcdsCode("vic_MethodsOfControl", "Other"),),
            (HtcdsCode("x_MethodsOfControlDetail", "RestrictsMovement"),))  # fmt: skip


def _sign(
    code: str, ilo: str, act: tuple[str, ...], *htcds: tuple[HtcdsCode, ...], text: str = "",
    answer: str = "",
) -> Indicator:  # fmt: skip
    """Return an indicator that an answer to the question about signs points to."""
    condition = answer_is("signs", answer or code)
    return Indicator(code, REASON_TEXTS[text or code], condition, ilo, act, htcds)


def _sector(code: str, text: Text, *industries: str) -> Indicator:
    return Indicator(code, text, answer_is("work", code), htcds=(_industry(*industries),))


SIGN_INDICATORS = (
    Indicator("young", REASON_TEXTS["under_18"], UNDER_18, act=("young",)),
    Indicator("kept_in", REASON_TEXTS["kept_in"], answer_is("leaving", "locked", "forbidden"),
              "movement", ("confinement",), NOT_FREE),
    Indicator("watched", REASON_TEXTS["watched"], answer_is("leaving", "watched"),
              "movement", ("monitoring",), NOT_FREE),
    _sign("dependence", "vulnerability", ("helplessness",), answer="vulnerability"),
    _sign("deception", "deception", ("fraud",), _control("FalsePromises")),
    _sign("movement", "movement", ("confinement", "monitoring"), *NOT_FREE),
    _sign("isolation", "isolation", ("monitoring", "similar"), *NOT_FREE),
    _sign("violence", "violence", ("force",), _control("PhysicalAbuse")),
    _sign("unwanted_touch", "violence", (), _control("SexualAbuse")),
    _sign("threats", "threats", ("threat",),
          _control("PhysicalThreats", "ThreatsLawEnforcement", "ThreatensChildrenFamily")),
    _sign("documents", "documents", ("documents",), _control("WithholdsDocuments"), text="papers"),
    _sign("wages", "wages", ("underpaid",), _control("TakesEarnings", "RestrictsFinancialAccess")),
    _sign("debt", "debt", ("debt",), _control("DebtBondage")),
    _sign("conditions", "conditions", ("underpaid",),
          _control("WithholdsNecessities", "RestrictsMedicalCare")),
    _sign("overtime", "overtime", ("underpaid",), _control("ExcessiveWorkingHours")),
)  # fmt: skip
"""What is done to people."""

SECTOR_INDICATORS = (
    _sector("home_care", _("Care work in a home"), "T_ActivitiesOfHouseholdsAsEmployers"),
    _sector("factory", _("Factory"), "C_Manufacturing"),
    _sector("construction", _("Building site"), "F_Construction"),
    _sector("farm", _("Farm"), "A_AgricultureForestryAndFishing"),
    _sector("fishing_boat", _("Fishing boat"), "A_AgricultureForestryAndFishing"),
    _sector("shop_restaurant", _("Shop or restaurant"),
            "G_WholesaleAndRetailTradeRepairOfMotorVehicles",
            "I_AccommodationAndFoodServiceActivities"),
    _sector("massage_entertainment", _("Massage, bar or karaoke"), "S_OtherServiceActivities",
            "I_AccommodationAndFoodServiceActivities", "R_ArtsEntertainmentAndRecreation"),
    Indicator("street_begging", _("Selling or asking for money in the street"),
              answer_is("work", "street_begging"),
              htcds=((*_industry("G_WholesaleAndRetailTradeRepairOfMotorVehicles"),
                      *_kind("ForcedBegging")),)),
    Indicator("online_scam", REASON_TEXTS["scam_place"], answer_is("work", "online_scam"),
              act=("crime",),
              # The standard has no value for forced crime: an extra column.
              htcds=(_kind("ForcedLabour"), _kind("Other"),
                     (HtcdsCode("x_ForcedCriminality", "true"),))),
)  # fmt: skip
"""Sectors of work: no indicator by themselves, except the last."""

INDICATORS = SIGN_INDICATORS + SECTOR_INDICATORS

UNMAPPED_ANSWERS = {
    ("signs", "none"): "the person said that none of the signs fits",
    ("leaving", "free"): "the person said that one is free to go out",
    ("leaving", "unsure"): "not known stays not known",
    ("work", "marriage_home"): "a home is no industry, and a marriage alone is no sign",
    ("work", "school"): "which industry an internship is in was not asked",
    ("work", "other"): "which industry it is was not asked",
    ("work", "unsure"): "not known stays not known",
}
"""Answers without a name in any vocabulary, and why."""
MISSING_CODES = {
    ("dependence", "htcds"): "the standard has no code for abuse of vulnerability",
    ("unwanted_touch", "act"): "the Act speaks of sexual acts for a consideration; this says none",
    ("young", "ilo"): "an age is no indicator of forced labour",
    ("young", "htcds"): "an age is no method of control",
    **{(it.code, "ilo"): "a sector is no indicator of forced labour" for it in SECTOR_INDICATORS},
    **{
        (it.code, "act"): "a sector is neither means nor act"
        for it in SECTOR_INDICATORS
        if not it.act
    },
}
"""By indicator and vocabulary: why it has no name in it."""

TOPICS = {
    "signs": _("what happens there"),
    "leaving": _("whether people can go out"),
    "work": _("what kind of work it is"),
}
"""The questions behind the indicators, as shown after "Not known:"."""


def find_indicators(answers: Answers) -> list[Indicator]:
    """Return the indicators that the answers point to."""
    return [indicator for indicator in INDICATORS if indicator.condition(answers)]


def unknown_topics(answers: Answers) -> list[Text]:
    """Return the topics that were not asked, left open, or answered with "unsure"."""
    return [topic for step, topic in TOPICS.items() if (answers.get(step) or "unsure") == "unsure"]
