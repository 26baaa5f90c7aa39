"""The directory of services that a deployment keeps itself: who offers what, where, and when.

It stands next to the facts of a release (`bot.places`), which are the same for all deployments. An
entry tells staff where a person can get one of the services of the law. Entries come from the desk,
from partners and from a spreadsheet.

Why a proposal and an approval: a wrong number sends a person to the wrong door, and one account
that was taken over could send all of them there. So no one changes an entry alone: one proposes,
another approves. What was proposed stays, decided or not; nothing is ever overwritten.

Why a proposal keeps what it was written against (`base`): two people may change one entry at the
same time. Approving applies only the fields that the proposer changed, so the second approval does
not undo the first. The result is checked again by all rules.

Why *Still right* takes one person: it changes no word of the entry. It says that someone looked.

How long an entry counts as verified: 90 days, as a number of a release (`RECHECK_AFTER`), because
an office rarely moves. 30 days where people can stay, because who is taken in changes with the
season, and asking in vain costs a person a night; a partner is asked every week, so four questions
are missed before it is hidden. Both are settings. An entry that is not verified is shown to no one
who chooses; it stays in the work list. How many places are free counts for one day.

Why a shelter's address is refused and not only hidden: who reads the database, a backup or a
screen could go there. `shelter_address` looks for what people would type; it cannot recognise a
description in words. The refusal says so, and the approver reads the entry too.

Why people in the chat are not shown these entries: their texts are reviewed in ten languages, and
these are not. `is_public` tells a caseworker whether they may tell a person of it.
"""
