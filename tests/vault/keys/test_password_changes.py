"""A password and a printed recovery key serve one change, also if two begin at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import WrongPasswordError
from bot.vault import Vault
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, key_store, staff_keys
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.vault.keys.staff_keys import StaffKeys

WHO, FIRST, SECOND = "mei", "a first and longer password", "a second and longer password"


@pytest.fixture
def keys() -> StaffKeys:
    return staff_keys(Vault(ROOT, key_store()))


def test_of_two_recoveries_with_one_printed_key_the_second_is_refused(keys: StaffKeys) -> None:
    printed = keys.enrol(WHO, "caseworker", QUEUES, PASSWORD, MIDDAY)
    one, other = keys.recover_pair(WHO, printed), keys.recover_pair(WHO, printed)
    new = keys.change_password(WHO, one, FIRST)
    with pytest.raises(WrongPasswordError, match="changed meanwhile"):
        keys.change_password(WHO, other, SECOND)
    assert keys.unlock_pair(WHO, FIRST).pair.public == one.pair.public
    for opens_nothing in (SECOND, PASSWORD):
        with pytest.raises(WrongPasswordError):
            keys.unlock_pair(WHO, opens_nothing)
    with pytest.raises(WrongPasswordError):
        keys.recover_pair(WHO, printed)
    keys.change_password(WHO, keys.recover_pair(WHO, new), SECOND)  # negative control
    assert keys.unlock_pair(WHO, SECOND).pair.public == one.pair.public


def test_of_two_changes_of_one_password_the_second_is_refused(keys: StaffKeys) -> None:
    keys.enrol(WHO, "caseworker", QUEUES, PASSWORD, MIDDAY)
    one, other = keys.unlock_pair(WHO, PASSWORD), keys.unlock_pair(WHO, PASSWORD)
    keys.change_password(WHO, one, FIRST)
    with pytest.raises(WrongPasswordError, match="changed meanwhile"):
        keys.change_password(WHO, other, SECOND)
    keys.change_password(WHO, keys.unlock_pair(WHO, FIRST), SECOND)  # negative control


def test_a_key_that_was_made_new_meanwhile_is_not_sealed_over(keys: StaffKeys) -> None:
    """The old private half would lie under the new public one, and open nothing."""
    printed = keys.enrol(WHO, "caseworker", QUEUES, PASSWORD, MIDDAY)
    opened = keys.recover_pair(WHO, printed)
    keys.enrol(WHO, "caseworker", QUEUES, FIRST, MIDDAY)
    with pytest.raises(WrongPasswordError, match="changed meanwhile"):
        keys.change_password(WHO, opened, SECOND)
    assert keys.unlock_pair(WHO, FIRST).pair.public != opened.pair.public
