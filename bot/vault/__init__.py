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
    an epoch        a half hour's own key pair, destroyed within 26 hours of its birth: updates that
                    wait or are set aside (24 hours), conversations (25 hours after the hour of
                    their last step), letters on their way
    a waiting key   one a day, for letters that wait longer than an epoch lives: held by the contact
                    rule, or tried again through an outage; 14 days at most
    a case's pair   all of a case, until it is erased: sealed to its public half; the private half
                    is wrapped to whoever may open it (`custody`), never to the bot
    the root        also, for as long as there is a case: where its person is reached, and which
                    messages of a staff group show it; the bot must find both
    an epoch        also, for the bot, the codes of what was sent: why it is urgent, what can be
                    filled in; after that it says plainly that they are sealed
    a waiting key   also, a file's name on its channel until it was fetched, and what a person was
                    asked to agree to

A conversation whose epoch is gone is as if it had expired. A letter is sealed anew with a waiting
key before its epoch goes; so is, with the epoch of now, an update that was stored and could not be
handled, and that a caseworker holds a conversation. In a key store in PostgreSQL destroyed rows
stay in its files and its log until they are reused: there they rest on the host key.

Two promises meet over a closed case. "The bot cannot tell which chat it belongs to" wants its chat
sealed to the case; "whoever wrote is answered by the same people" wants it found. A case is
reopened from the staff's group, where nobody signs in, and whoever may be written to at any time is
written to then: sealed to the case the bot could not, before that person writes again. So the chat
stays under the root until the case is erased. It would be half a promise in any case: each case
keeps a digest of its chat, by which somebody who comes back is brought to it, and whoever has the
root tries all numbers Telegram gives out against that within hours. Without the root both are
noise; `SECURITY.md` says so.

Whoever loses the host key loses the root. What needs it neither way is what was sealed to cases:
`haven keys rescue` writes those out with a password. An archive is restored with the host key or
not at all, for the ledger of what was erased since is read with the root.

Why the audit log has a key: whoever may write to the database could compute a plain chain of hashes
anew after changing a row. That its end was cut off shows only against a head kept where they cannot
write, so that is printed, to be written down, and no file beside the data is said to be enough.
"""

from bot.vault.audit.log import AuditLog
from bot.vault.keys.host_key import HostKey
from bot.vault.keys.key_store import KeyStore
from bot.vault.purpose import Purpose
from bot.vault.vault import Vault

__all__ = ["AuditLog", "HostKey", "KeyStore", "Purpose", "Vault"]
