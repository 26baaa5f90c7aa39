"""Taiwan: the eleven services of Article 15 of the Act, and the ceilings of the regulations.

The Act (D0080177), Article 15, paragraph 1, subparagraphs 1 to 11, in their order; ceilings: the
regulations for assistance (D0080223, text of 28 December 2023), Articles 5 to 15, read in Chinese.
The law counts medical costs by the year, and everything else by the person. Fees of lawyers are
counted for each legal case and instance: a second legal case is an approved exception here.
"""

from __future__ import annotations

from bot.places.authorities import Article
from bot.places.services import CeilingPeriod, CeilingRule, CeilingUnit, LegalService
from bot.places.taiwan.authorities import ACT
from bot.places.taiwan.deadlines import ASSISTANCE
from bot.text import _

YEAR, PERSON = CeilingPeriod.YEAR, CeilingPeriod.PERSON


ARTICLE_5 = (Article(ASSISTANCE, _("Article 5")),)
ARTICLE_7 = (Article(ASSISTANCE, _("Article 7")),)
ARTICLE_8 = (Article(ASSISTANCE, _("Article 8")),)
ARTICLE_10 = (Article(ASSISTANCE, _("Article 10")),)
ARTICLE_11 = (Article(ASSISTANCE, _("Article 11")),)
ARTICLE_15 = (Article(ASSISTANCE, _("Article 15")),)

SERVICES = (
    LegalService(
        code="escort",
        name=_("Safety: an escort to a safe place"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 1")),
            Article(ASSISTANCE, _("Article 4")),
        ),
        asked_by=frozenset({"leave"}),
    ),
    LegalService(
        code="doctor",
        name=_("A doctor"),
        articles=(Article(ACT, _("Article 15, paragraph 1, subparagraph 2")), *ARTICLE_5),
        ceilings=(
            CeilingRule(code="doctor", text=_("Doctor, without health insurance"), period=YEAR,
                        amount="doctor", articles=ARTICLE_5),
            CeilingRule(code="doctor_insured", text=_("Doctor, with health insurance"),
                        period=YEAR, amount="doctor_insured", articles=ARTICLE_5),
            CeilingRule(code="checkup", text=_("Health check"), period=PERSON, amount="checkup",
                        units="1", unit=CeilingUnit.TIME, articles=ARTICLE_5),
        ),
        asked_by=frozenset({"medical", "doctor"}),
    ),
    LegalService(
        code="interpreter",
        name=_("An interpreter"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 3")),
            Article(ASSISTANCE, _("Article 6")),
        ),
        asked_by=frozenset({"interpreting", "interpreter"}),
    ),
    LegalService(
        code="lawyer",
        name=_("A lawyer"),
        articles=(Article(ACT, _("Article 15, paragraph 1, subparagraph 4")), *ARTICLE_7),
        ceilings=(
            CeilingRule(code="first", text=_("Lawyer, first instance"), period=PERSON,
                        amount="lawyer", articles=ARTICLE_7),
            CeilingRule(code="second", text=_("Lawyer, second instance"), period=PERSON,
                        amount="lawyer", articles=ARTICLE_7),
        ),
        asked_by=frozenset({"legal_aid", "legal"}),
    ),
    LegalService(
        code="counsellor",
        name=_("Counselling"),
        articles=(Article(ACT, _("Article 15, paragraph 1, subparagraph 5")), *ARTICLE_8),
        ceilings=(
            CeilingRule(code="talks", text=_("Counselling"), period=PERSON, each="talk",
                        units="talks", unit=CeilingUnit.SESSION, articles=ARTICLE_8),
        ),
        asked_by=frozenset({"counselling", "listen"}),
    ),
    LegalService(
        code="beside",
        name=_("A support person during questioning"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 6")),
            Article(ASSISTANCE, _("Article 9")),
        ),
        asked_by=frozenset({"company_at_questioning"}),
        needs_yes=True,  # Act, Article 22: with the consent of the victim
    ),
    LegalService(
        code="needs",
        name=_("Rent and other money"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 7")), *ARTICLE_10, *ARTICLE_11,
        ),
        ceilings=(
            CeilingRule(code="rent", text=_("Rent"), period=PERSON, each="rent",
                        units="rent_months", unit=CeilingUnit.MONTH, articles=ARTICLE_10),
            CeilingRule(code="deposit", text=_("Deposit, advanced"), period=PERSON,
                        amount="deposit", articles=ARTICLE_10),
            CeilingRule(code="other_needs", text=_("Other needs"), period=PERSON,
                        amount="other_needs", articles=ARTICLE_11),
        ),
        asked_by=frozenset({"living_costs", "food"}),
    ),
    LegalService(
        code="welfare",
        name=_("Advice on welfare services, and referral to them"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 8")),
            Article(ASSISTANCE, _("Article 12")),
        ),
    ),
    LegalService(
        code="training",
        name=_("Training for a job"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 9")),
            Article(ASSISTANCE, _("Article 13")),
        ),
    ),
    LegalService(
        code="place",
        name=_("A safe place to stay"),
        articles=(
            Article(ACT, _("Article 15, paragraph 1, subparagraph 10")),
            Article(ASSISTANCE, _("Article 14")),
        ),
        asked_by=frozenset({"shelter", "sleep"}),
        hides_address=True,
    ),
    LegalService(
        code="home",
        name=_("Permits, the ticket home, a hotel for a night"),
        articles=(Article(ACT, _("Article 15, paragraph 1, subparagraph 11")), *ARTICLE_15),
        ceilings=(
            CeilingRule(code="hotel", text=_("Hotel until placement"), period=PERSON, each="hotel",
                        units="hotel_nights", unit=CeilingUnit.DAY, articles=ARTICLE_15),
        ),
        asked_by=frozenset({"residence_permit", "work_permit", "safe_return"}),
    ),
)  # fmt: skip
"""In the order of the Act. The codes are those of the entitlements, where there is one."""
