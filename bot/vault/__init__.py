"""What must stay secret: the host key, what is derived from it, and sealing.

One library, `cryptography`. Every sealed thing is bound to its place: cut, altered, or moved to
another row it does not open.

Why one seam: everything is sealed through `Vault.seal` and opened through `Vault.open`, which are
told the *purpose* and the *place*. The key hierarchy that is to come (hourly transit keys, a key
pair for each case that the bot cannot open) changes what stands behind these two functions and
nothing in front of them.

Why the audit log has a key: whoever may write to the database could compute a plain chain of hashes
anew after changing a row. That its end was cut off shows only against a head kept where they cannot
write, so that is printed, to be written down, and no file beside the data is said to be enough.
"""

from bot.vault.audit import Audit
from bot.vault.hostkey import HostKey
from bot.vault.sealing import Purpose, Vault

__all__ = ["Audit", "HostKey", "Purpose", "Vault"]
