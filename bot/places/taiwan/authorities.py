"""Taiwan: authorities that may be responsible, by a person's situation, with the articles.

Read article by article in the Ministry of Justice's law database (a public copy of October 2024).
The Act assigns placement and assistance by household registration and by visa purpose. The flows
ask for neither, so most answers leave more than one authority, each with its condition.

Crew hired abroad: the regulation was amended on 18 November 2025, and the new text was not read.
"""

from __future__ import annotations

from datetime import date

from bot.conversation.answer_rules import (
    ABROAD,
    AT_SEA,
    UNDER_18,
    all_of,
    answer_is,
    any_of,
    none_of,
    situation,
)
from bot.places.authorities import Article, Authority, AuthorityRule, ChildDuty, Law, Statute
from bot.text import _

ACT = Statute(_("Human Trafficking Prevention Act"), date(2023, 6, 14))
ACT_RULES = Statute(
    _("Enforcement Rules of the Human Trafficking Prevention Act"), date(2023, 12, 28)
)
PLACEMENT = Statute(
    _(
        "Regulations Governing the Placement and Service of Victims and Suspected Victims of "
        "Human Trafficking"
    ),
    date(2023, 12, 28),
)
CREW = Statute(
    _(
        "Regulations on the Authorization and Management of Overseas Employment of Foreign Crew "
        "Members"
    ),
    date(2022, 5, 20),
    amended_on=date(2025, 11, 18),
)
EXPLOITATION = Statute(_("Child and Youth Sexual Exploitation Prevention Act"), date(2024, 8, 7))
WELFARE = Statute(_("Protection of Children and Youths Welfare and Rights Act"), date(2021, 1, 20))

# --- Authorities ----------------------------------------------------------------------------

CHILD_EXPLOITED = Authority(
    "local_government_child",
    _("Municipal or county government (protection of children)"),
    _("Placement and help, under the child law first"),
    _("If sexual exploitation of someone under 18 is suspected."),
    (Article(ACT, _("Article 18")), Article(EXPLOITATION, _("Article 15, paragraph 1"))),
)
LOCAL_GOVERNMENT = Authority(
    "local_government",
    _("Municipal or county government (social affairs)"),
    _("Placement and help; phone line 113"),
    _("If they are a national with household registration in Taiwan."),
    (
        Article(ACT, _("Article 13")),
        Article(PLACEMENT, _("Article 2, paragraph 1, subparagraph 1")),
    ),
)
LABOUR = Authority(
    "labour",
    _("Ministry of Labor, through the local labour office"),
    _("Placement and help, rights at work; phone line 1955"),
    # Translators: a worker whom the employer has reported as out of contact still counts.
    _("If they came on a visa for work, even when out of contact with the employer."),
    (
        Article(ACT, _("Article 5, subparagraph 3")),
        Article(PLACEMENT, _("Article 2, paragraph 1, subparagraph 2, item 1")),
    ),
)
IMMIGRATION = Authority(
    "immigration",
    _("National Immigration Agency, Ministry of the Interior"),
    _("Placement and help"),
    _("If they have neither household registration in Taiwan nor a visa for work."),
    (
        Article(ACT, _("Article 3, paragraph 2, subparagraph 4")),
        Article(PLACEMENT, _("Article 2, paragraph 1, subparagraph 2, item 2")),
    ),
)
HIRED_ABROAD = _("If they are foreign crew hired abroad for a Taiwanese distant-water vessel.")
FISHERIES = Authority(
    "fisheries",
    _("Fisheries Agency, Ministry of Agriculture"),
    _("Rights at work of the crew, and other help they need"),
    HIRED_ABROAD,
    (Article(ACT, _("Article 5, subparagraph 7")),),
)
MEDIATION = Authority(
    "crew_mediation",
    _("Municipal or county government (disputes of crew)"),
    _("Brings crew, operator and agency together within 7 working days of a complaint"),
    HIRED_ABROAD,
    (Article(CREW, _("Article 36, paragraph 3")),),
)
COAST_GUARD = Authority(
    "coast_guard",
    _("Coast Guard Administration"),
    _("Investigates, rescues and identifies; forwards complaints of crew to the local government"),
    _("If it happens at sea."),
    (Article(ACT, _("Article 5, subparagraph 4")), Article(CREW, _("Article 36, paragraph 2"))),
)
FOREIGN_AFFAIRS = Authority(
    "foreign_affairs",
    _("Ministry of Foreign Affairs"),
    # Translators: the offences of the Act are punished also when committed outside Taiwan.
    _("Contact with the other country; the Act also covers offences committed abroad"),
    _("If it happens outside Taiwan, but not in China, Hong Kong or Macau."),
    (Article(ACT, _("Article 5, subparagraph 6")), Article(ACT, _("Article 44"))),
)
MAINLAND_AFFAIRS = Authority(
    "mainland_affairs",
    _("Mainland Affairs Council"),
    _("Contact with the other side"),
    _("If it concerns China, Hong Kong or Macau."),
    (Article(ACT, _("Article 5, subparagraph 5")),),
)

# --- Conditions -----------------------------------------------------------------------------

SITUATION_UNKNOWN = none_of(
    situation("works_here", "studies", "married", "visiting", "taiwanese", "at_sea", "abroad")
)
"""The person did not say what brings them to Taiwan, or was not asked."""
ANY_SITUATION = any_of(SITUATION_UNKNOWN, answer_is("about", "several"))
"""The situation of some people is unknown: the question is about the person who writes."""
ON_BOATS = any_of(situation("at_sea"), AT_SEA, answer_is("work", "fishing_boat"))
ONLY_UNDER_18 = any_of(
    answer_is("under_18", "under"),
    all_of(answer_is("about", "other"), answer_is("they_under_18", "under")),
)
"""The report is about someone under 18, and about no one else."""
EXPLOITED = all_of(answer_is("work", "massage_entertainment"), answer_is("signs", "unwanted_touch"))
"""The closest the answers come to sexual exploitation; they never state it."""

LAW = Law(
    rules=(
        AuthorityRule(CHILD_EXPLOITED, all_of(ONLY_UNDER_18, EXPLOITED), is_exclusive=True),
        AuthorityRule(CHILD_EXPLOITED, UNDER_18),
        AuthorityRule(FISHERIES, ON_BOATS),
        AuthorityRule(MEDIATION, ON_BOATS),
        AuthorityRule(
            LOCAL_GOVERNMENT,
            any_of(situation("taiwanese", "married", "at_sea", "abroad"), ANY_SITUATION),
        ),
        AuthorityRule(LABOUR, any_of(situation("works_here", "at_sea"), ANY_SITUATION)),
        AuthorityRule(
            IMMIGRATION,
            any_of(
                situation("works_here", "studies", "married", "visiting", "at_sea"), ANY_SITUATION
            ),
        ),
        AuthorityRule(COAST_GUARD, any_of(situation("at_sea"), AT_SEA)),
        AuthorityRule(FOREIGN_AFFAIRS, ABROAD),
        AuthorityRule(MAINLAND_AFFAIRS, ABROAD),
    ),
    child_duties=(
        ChildDuty(
            "tell_of_exploitation",
            _(
                "Social workers, medical, school, police and immigration staff and others named in "
                "the law must report sexual exploitation to the municipal or county government at "
                "once, and within 24 hours at the latest."
            ),
            (Article(EXPLOITATION, _("Article 7, paragraph 1")),),
        ),
        ChildDuty(
            "tell_of_harm",
            _(
                "They must report other harm as well, at once, and within 24 hours at the latest. "
                "Anyone else may report it."
            ),
            (
                Article(WELFARE, _("Article 53, paragraph 1")),
                Article(WELFARE, _("Article 53, paragraph 2")),
            ),
        ),
        ChildDuty(
            "handed_over",
            _(
                "When police find someone under 18 who was exploited, the local government takes "
                "charge within 24 hours; an emergency placement is reviewed within 72 hours."
            ),
            (
                Article(EXPLOITATION, _("Article 15, paragraph 1")),
                Article(EXPLOITATION, _("Article 16, paragraph 1")),
            ),
        ),
        ChildDuty(
            "accompanied",
            _("Police who identify someone under 18 ask a social worker or an expert to help."),
            (
                Article(ACT, _("Article 11, paragraph 3")),
                Article(ACT_RULES, _("Article 17, paragraph 3, subparagraph 3")),
            ),
        ),
        ChildDuty(
            "never_named",
            _("The media must not reveal their identity, even with consent."),
            (Article(ACT, _("Article 20, paragraph 2")),),
        ),
    ),
)
