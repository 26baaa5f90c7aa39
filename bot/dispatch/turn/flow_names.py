"""Flows and questions the dispatcher knows by name; all others it only passes on."""

from __future__ import annotations

WELCOME_FLOW = "welcome"
RETURN_CHECK_FLOW = "return_check"
"""Asks who can see the phone before a draft is gone on with."""
CONTACT_FLOW = "contact"
"""Asks when we may write; with "only when I write" a passphrase is chosen."""
ASK_WHO_IS_NEAR = frozenset(
    {
        (RETURN_CHECK_FLOW, "seen"),
        (RETURN_CHECK_FLOW, "go_on"),
        (CONTACT_FLOW, "contact_rule"),
        ("report", "situation"),
        ("report", "they_know"),
    }
)
"""Questions (flow, step) that "my husband is here" or "do not write" may answer."""
RESUME_FLOW = "resume"
AFTERWARDS_FLOW = "afterwards"
"""Begins once something was sent."""
DANGER_FLOW = "danger"
SUICIDE_FLOW = "despair"
STORY_FLOW = "story"
"""Offers a caseworker what the person wrote in their own words."""
URGENT_DETAILS_FLOW = "urgent_details"
"""Asks what helpers need first; begins once staff were told."""
STREET_QUESTION = (URGENT_DETAILS_FLOW, "where")
"""The question (flow, step) for the place where helpers are to come."""
OFFERING_FLOWS = (STORY_FLOW, DANGER_FLOW, SUICIDE_FLOW)
"""Flows that offer a caseworker themselves, whatever was open before."""
STOP_FLOW = "stop"
DELETE_FLOW = "delete"
ERASURE_QUESTION = (DELETE_FLOW, "go_on")
"""The question (flow, step) whether to erase."""
ERASES, LEAVES = "erase", "leave"
"""Its answers."""
LANGUAGE_FLOW = "language"
LEARN_FLOW = "learn"
NOTICE_CHANGED_FLOW = "notice_changed"
CHECK_IN_FLOW = "check_in"
RECOGNITION_FLOW = "identify"
"""Asks for the passphrase of a person who comes back."""
RECEIPT_FLOW = "receipt"
PASSPHRASE_FLOWS = ("passphrase", RECEIPT_FLOW, CHECK_IN_FLOW)
"""Flows in which a passphrase is chosen: everything said in them vanishes at the next step."""
PLAN_DETAILS_STEP = "details"
"""What staff are to do when a check-in stays away, in the person's words: they are no secret."""
BEFORE_DURESS_STEP, DURESS_STEP = "wants_second", "second"
PASSPHRASE_QUESTIONS = frozenset(
    {(flow, "word") for flow in (RECOGNITION_FLOW, *PASSPHRASE_FLOWS)}
    | {("passphrase", DURESS_STEP), (CHECK_IN_FLOW, DURESS_STEP)}
)
"""Questions (flow, step) whose answer is a passphrase, which no one may see."""
GREETING_FLOWS = (WELCOME_FLOW, LANGUAGE_FLOW)
LANGUAGE_QUESTION = (LANGUAGE_FLOW, "language")
"""The question (flow, step) in which a language is chosen."""
GREETING_LANGUAGE = (WELCOME_FLOW, "language")
"""Where the greeting waits for that."""
FIRST_MENUS = frozenset({(WELCOME_FLOW, "menu"), (WELCOME_FLOW, "then")})
"""The questions (flow, step) of the greeting for what a person would like to do."""
DANGER_ALARM = "danger_now"
SUICIDE_ALARM = "self_harm"
"""The alarm that may mean that a person does not want to live; it comes before every other."""

ADULT_AGE = 18
AGE_STEP = "under_18"
"""The question of a report for the age of the person who writes."""
CHILD_ALARM, UNDER_18_ANSWER = "child", "under"
"""The alarm of words about a child, and the answer to a question for an age that says the same."""
MEDICAL_ALARM = "medical"
"""The alarm of words about an injury or illness."""
DOCTOR_NEEDED = ("hurt", "now")
"""The question, in any flow, and the answer to it after which the flow names the ambulance."""


def flow_for_alarms(alarms: frozenset[str]) -> str | None:
    """Return the flow that these alarms begin; None for none."""
    if not alarms:
        return None
    return SUICIDE_FLOW if SUICIDE_ALARM in alarms else DANGER_FLOW
