"""What is sealed to a member opens for them alone, once two people let it, and as it was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.errors import DecryptionError, HavenError, NotApprovedError
from bot.partners.members import MemberKey, MemberKeyError, MemberState
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.member_keys import PublicMemberKey, seal_to_member
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.room_harness import RoomHarness, RoomMember


def keys_of(room: RoomHarness, partner: int) -> list[MemberKey]:
    return room.run(lambda work: room.context.members.active_keys(work, partner))  # type: ignore[no-any-return]


def change(room: RoomHarness, statement: str, *values: object) -> None:
    """Change the database as someone with write access would."""
    connection = room.home.database.connect()
    connection.cursor().execute(statement, values)
    connection.commit()
    connection.close()


def test_what_is_sealed_to_members_opens_in_their_sessions_only(room: RoomHarness) -> None:
    house, other_house = room.partner(), room.partner("Other House")
    rosa, jun = (room.approve(room.member("Harbour House", it)) for it in ("Rosa", "Jun"))
    room.approve(room.member("Other House", "Ana"))
    assert [it.member_id for it in keys_of(room, house)] == [rosa.about.id, jun.about.id]
    assert len(keys_of(room, other_house)) == 1
    (own, _other) = keys_of(room, house)
    sealed = seal_to_member(own.member_id, own.public_key, b"referral/1", b"words")
    secret, sessions, now = new_session_secret(), room.context.sessions, room.now()
    secret = room.desk.does(sessions.start(rosa.about.id, rosa.pair, "Firefox Linux", now))
    session = sessions._sessions[secret_digest(secret)]
    assert sessions.opener(session, secret).open(b"referral/1", sealed) == b"words"
    with pytest.raises(DecryptionError):
        sessions.opener(session, secret).open(b"referral/2", sealed)  # moved to another row
    with pytest.raises(DecryptionError):
        sessions.opener(session, new_session_secret())  # the memory of the server alone
    secret = room.desk.does(sessions.start(jun.about.id, jun.pair, "Firefox Linux", now))
    other = sessions._sessions[secret_digest(secret)]
    with pytest.raises(DecryptionError):
        sessions.opener(other, secret).open(b"referral/1", sealed)


def test_a_key_opens_nothing_before_a_caseworker_with_a_key_approved_it(room: RoomHarness) -> None:
    house = room.partner()
    rosa = room.member("Harbour House", "Rosa")
    assert keys_of(room, house) == []
    chief, clerk = room.desk.supervisor().comes(), room.desk.worker("Wen", Role.ADMINISTRATOR)
    page = chief.browser.get("/queue/mine").text
    assert "/key-requests/partners" in page
    clerk.comes()
    assert clerk.browser.get("/key-requests/partners").status_code == 200
    fields = {"member": str(rosa.about.id)}
    clerk.browser.post("/key-requests/partners/approve", fields)
    assert keys_of(room, house) == []  # an administrator opens no case, so approves no key
    chief.browser.post("/key-requests/partners/approve", fields)
    assert len(keys_of(room, house)) == 1
    assert "/key-requests/partners" not in chief.browser.get("/queue/mine").text
    jun = room.member("Harbour House", "Jun")
    chief.browser.post("/key-requests/partners/refuse", {"member": str(jun.about.id)})
    found = room.run(lambda work: room.context.members.find(work, jun.about.id))
    assert found.state is MemberState.DISABLED


def test_who_invited_a_member_cannot_approve_them(room: RoomHarness) -> None:
    room.partner()
    chief, members, now = room.desk.supervisor(), room.context.members, room.now()

    def invite(work: object) -> int:
        member, link = members.invite(work, "Harbour House", "Rosa", chief.id, now)  # type: ignore[arg-type]
        chosen = room.context.access.choose(member, PASSWORD)
        room.context.access.enrol(work, member, bytes.fromhex(link), chosen, ("", 0), now)  # type: ignore[arg-type]
        return member.id

    number = room.run(invite)
    keyring = room.desk.keys.unlock(chief.id, PASSWORD)
    with pytest.raises(NotApprovedError, match="ask a colleague"):
        room.run(lambda work: members.approve(work, keyring, number, now))


FORGED = KeyPair.generate().public
TAMPERINGS: dict[str, Callable[[RoomHarness, RoomMember, RoomMember], None]] = {
    "another public half": lambda room, rosa, _ana: change(
        room, "UPDATE partner_members SET public = ? WHERE id = ?", FORGED, rosa.about.id
    ),
    "an approval that no one gave": lambda room, rosa, _ana: change(
        room, "UPDATE partner_members SET approved_by = 'chief' WHERE id = ?", rosa.about.id
    ),
    "a member of another partner": lambda room, rosa, ana: change(
        room, "UPDATE partner_members SET partner_id = ? WHERE id = ?",
        rosa.about.partner_id, ana.about.id,
    ),
    "a proof by another root": lambda room, rosa, _ana: change(
        room, "UPDATE partner_members SET public = ?, proof = ? WHERE id = ?", FORGED,
        PublicMemberKey(rosa.about.id, rosa.about.partner_id, FORGED, OPERATOR, "chief").proof(
            lambda data: data[:32]
        ),
        rosa.about.id,
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_key_that_the_database_changed_is_refused_with_the_reason(
    room: RoomHarness, how: str
) -> None:
    house = room.partner()
    room.partner("Other House")
    rosa = room.approve(room.member("Harbour House", "Rosa"))
    ana = room.approve(room.member("Other House", "Ana"))
    assert len(keys_of(room, house)) == 1  # the control
    TAMPERINGS[how](room, rosa, ana)
    with pytest.raises(MemberKeyError, match="was changed in the database without an approval"):
        keys_of(room, house)


def test_a_key_that_was_changed_while_it_waits_is_not_approved(room: RoomHarness) -> None:
    house = room.partner()
    rosa = room.member("Harbour House", "Rosa")
    change(room, "UPDATE partner_members SET public = ? WHERE id = ?", FORGED, rosa.about.id)
    with pytest.raises(MemberKeyError):
        room.approve(rosa)
    assert keys_of(room, house) == []


def test_ended_access_leaves_no_key(room: RoomHarness) -> None:
    house = room.partner()
    rosa = room.approve(room.member("Harbour House", "Rosa"))
    members, now = room.context.members, room.now()
    assert room.run(lambda work: members.disable(work, rosa.about.id, OPERATOR, now))
    assert keys_of(room, house) == []
    ((public, locked, code),) = room.home.ask("SELECT public, locked, code FROM partner_members")
    assert (public, locked, code) == (None, None, None)
    with pytest.raises(HavenError, match="no key of member"):
        room.approve(rosa)
