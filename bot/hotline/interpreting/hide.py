"""What is left out of a text before an interpreter reads it, unless the caseworker shows names.

Telephone numbers, numbers of documents, e-mail and web addresses and names of accounts are found by
their form. Names of people are not: no rule finds them in ten languages. So a caseworker reads a
text before it is shared, and nothing is shared as it arrives unless names may be seen.
"""

from __future__ import annotations

import re

HIDDEN = "▇▇▇"
"""What stands in the place of something that was left out; every language reads it alike."""
_DATE = r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
_ADDRESS = (
    r"[^\s@<>()]+@[^\s@<>()]+\.\w+"
    r"|(?:https?|ftp)://\S+"
    r"|(?<![\w.-])(?:[a-z0-9-]++\.)+[a-z]{2,}(?:/\S*)?"
    r"|(?<!\w)@\w{3,}"
)
_DOCUMENT = r"(?<![A-Za-z0-9])[A-Za-z]{1,3}[ -]?\d{6,}"
_LONG_NUMBER = r"\+?(?:\d[ ()\u00a0-]{0,2}){6,}\d"
"""At least seven digits; amounts with points or commas, like 50.000.000, are left."""
_FOUND = re.compile(f"(?P<date>{_DATE})|{_ADDRESS}|{_DOCUMENT}|{_LONG_NUMBER}", re.IGNORECASE)


def hide_identifiers(text: str) -> tuple[str, int]:
    """Return a text without numbers and addresses that name a person, and how many were hidden."""
    hidden = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal hidden
        if found["date"]:
            return found[0]
        hidden += 1
        return HIDDEN

    return _FOUND.sub(replace, text), hidden
