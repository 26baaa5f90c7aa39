"""What caseworkers, interpreters and people do in the weeks of a case, each step by its own name.

Every step goes through the pages and the phone; what a page said is returned for the story to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flows.texts.phrasebook import PHRASES
from tests.support.harnesses.live_deployment import LABELS
from tests.support.harnesses.live_desk import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.harnesses.live_deployment import LivePerson
    from tests.support.harnesses.live_desk import LiveWorker

for _phrase in PHRASES.values():
    for _label in _phrase.replies.values():
        LABELS.setdefault(_label.source, []).append(_label)
_CODE = re.compile(r'class="join-code"[^>]*>([^<]+)<')
_PHONE = re.compile(r'/do/join".*?name="code" value="(\d+)"', re.DOTALL)
_SESSION = re.compile(r'name="code" value="([0-9a-f]{32})')
_SHARED = re.compile(r'id="text-(\d+)"')
_MESSAGE = re.compile(r'id="message-(\d+)"')
_APPOINTMENT = re.compile(r'id="appointment-(\d+)"')
_FEES = re.compile(r'href="(?:/desk)?(/interpreters/fees/[^"]+/csv)"')


# --- on the telephone ---------------------------------------------------------------------------


async def opens_a_case(who: LiveWorker, language: str, call: Mapping[str, str]) -> str:
    """Open a case from a call; return its number."""
    went = await who.sends(f"/new-case/{language}", by_script=False, **call)
    assert went.status_code == 303, words_of(went.text)
    return went.headers["location"].rpartition("/")[2]


async def reads_the_code_aloud(who: LiveWorker, reference: str) -> str:
    """Make a code and return its digits, as the person hears them."""
    made = await who.sends(f"/cases/{reference}/join-code", by_script=False)
    (code,) = _CODE.findall(made.text)
    return str(code)


async def chooses_the_words_she_reads(who: LiveWorker, reference: str, person: LivePerson) -> None:
    """See that the page and the phone show the same two words, and let that phone join."""
    page = await who.sees(f"/cases/{reference}/join-code/phones")
    (request,) = _PHONE.findall(page)
    picture = words_of(page.partition("join-words")[2].partition(">")[2]).split()[0]
    assert any(picture in it for it in person.said())
    await who.told(reference, "join", code=request)


# --- the record ---------------------------------------------------------------------------------


async def writes_down(
    who: LiveWorker, reference: str, kind: str, source: str = "spoken", **values: str
) -> None:
    """Put values about one subject into the record: about a new one, unless the kind has a single.

    A value that begins with `=` is a choice.
    """
    about = kind if kind in {"person", "identification", "exploitation"} else f"{kind}:new"
    for name, value in values.items():
        chosen = value.startswith("=")
        given = {"code": f"{about}/{name}{value if chosen else ''}", "source": source}
        given |= {} if chosen else {"words": value}
        said = (await who.sends(f"/cases/{reference}/record", **given)).json()
        assert not said["refused"], (name, said)
        if about.endswith(":new"):
            form = unquote(await who.sees(f"/cases/{reference}/record/form"))
            about = next(it for it in re.findall(rf"{kind}:\w+", form)[::-1] if it != about)


# --- interpreting -------------------------------------------------------------------------------


async def invites(who: LiveWorker, reference: str, interpreter: LiveWorker, minutes: int) -> None:
    """Invite an interpreter to a conversation whose person said yes to it."""
    given = {"code": interpreter.id, "value.minutes": str(minutes), "value.agreed": "1"}
    assert "Invited" in await who.told(reference, "interpreter", **given)


async def begins_to_interpret(interpreter: LiveWorker) -> None:
    await acts(interpreter, "interpret_begin", code=await session_of(interpreter))


async def shares_the_newest_message(who: LiveWorker, reference: str) -> str:
    """Share what the person wrote last; return what the desk said of it."""
    message = _MESSAGE.findall(await who.sees(f"/cases/{reference}"))[-1]
    said = await who.sends(f"/cases/{reference}/interpreter/share", message=message)
    return str(said.json()["told"])


async def asks_in_own_words(who: LiveWorker, reference: str, words: str) -> None:
    """Share words that are to be rendered for the person."""
    path = f"/cases/{reference}/interpreter/share"
    said = (await who.sends(path, words=words, direction="to_person")).json()
    assert not said["refused"], said


async def renders_the_newest(interpreter: LiveWorker, words: str) -> None:
    text = _SHARED.findall(await interpreter.sees("/interpreting"))[-1]
    code = f"{await session_of(interpreter)}.{text}"
    await acts(interpreter, "render", code=code, words=words)


async def session_of(interpreter: LiveWorker) -> str:
    found = _SESSION.search(await interpreter.sees("/interpreting"))
    assert found is not None
    return found[1]


async def acts(interpreter: LiveWorker, verb: str, **fields: str) -> None:
    said = await interpreter.sends(f"/interpreting/do/{verb}", **fields)
    assert not said.json()["refused"], said.json()


async def saves_the_fee_sheet(supervisor: LiveWorker) -> str:
    """Return the sheet of this month as it is saved."""
    found = _FEES.search(await supervisor.sees("/interpreters/fees"))
    assert found is not None
    return await supervisor.sees(found[1])


# --- papers -------------------------------------------------------------------------------------


async def drafts(who: LiveWorker, reference: str, form: str) -> str:
    """Show the second factor, and return the draft of a paper for an office."""
    await who.proves(f"/cases/{reference}")
    return await who.sees(f"/cases/{reference}/forms/{form}")


# --- writing with the person --------------------------------------------------------------------


async def comes_back(person: LivePerson, word: str) -> None:
    """Return after days, and show by the secret word whose chat it is."""
    await person.arrives()
    await person.press("I have written before")
    await person.say(word)


async def writes(person: LivePerson, words: str) -> None:
    """Write to the caseworker who holds the chat: the bot says nothing to it."""
    night, count = person.evening, "SELECT count(*) FROM exchanges WHERE side = 'person'"
    before = night.sql(count)
    person.phone.say(words)
    await night.until(lambda: night.sql(count) != before, "words in the case")
    await night.settled()


async def reads_what_is_arranged(person: LivePerson) -> str:
    """Ask whether anyone has read it; return what the bot says then."""
    before = len(person.said())
    await person.press("Has anyone read it?")
    await person.evening.settled()
    return "\n".join(person.said()[before:])


async def newest_appointment(who: LiveWorker, reference: str) -> str:
    """Return the number of the appointment that was made last."""
    numbers = _APPOINTMENT.findall(await who.sees(f"/cases/{reference}/plan"))
    return max(numbers, key=int)


def section(page: str, name: str) -> str:
    """Return the words of one section of a page, by its id."""
    after = page.partition(f'id="{name}"')[2]
    assert after, name
    return words_of("<" + after.partition("</section>")[0])
