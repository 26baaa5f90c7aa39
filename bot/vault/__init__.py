"""What must stay secret: the host key, what is derived from it, and sealing.

One library, `cryptography`. Every sealed thing is bound to its place: cut, altered, or moved to
another row it does not open.

Why one seam: everything is sealed through `Vault.seal` and opened through `Vault.open`, which are
told the *purpose* and the *place*. What stands behind these two functions changes, and nothing in
front of them.

Which key opens what, and for how long:

    the root        lies in the key store under the host key; from it are derived the keys of
                    accounts and names of staff, of the proofs of buttons, of the audit log, and of
                    the digests by which a chat and an erased case are known: needed for ever
    an epoch        an hour's own key pair, destroyed within 26 hours of its birth: updates that
                    wait or are set aside (24 hours), conversations (25 hours after the hour of
                    their last step), letters on their way
    a waiting key   one a day, for letters that wait longer than an epoch lives: held by the contact
                    rule, or tried again through an outage; 14 days at most
    a case's own    all of a case, until it is erased

A conversation whose epoch is gone is as if it had expired: that can be twenty minutes early, when
the hour of its last step had been sealed with the epoch of the hour before. A letter is sealed anew
with a waiting key before its epoch goes; so is an update that was stored and could not be handled,
with the epoch of now. In a key store in PostgreSQL destroyed rows stay in its files and its log
until they are reused: there they rest on the host key.

Why the audit log has a key: whoever may write to the database could compute a plain chain of hashes
anew after changing a row. That its end was cut off shows only against a head kept where they cannot
write, so that is printed, to be written down, and no file beside the data is said to be enough.
"""

from bot.vault.audit import Audit
from bot.vault.hostkey import HostKey
from bot.vault.keystore import KeyStore
from bot.vault.purpose import Purpose
from bot.vault.sealing import Vault

__all__ = ["Audit", "HostKey", "KeyStore", "Purpose", "Vault"]
