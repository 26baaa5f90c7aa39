"""Keys, encryption, erasure, backups and the audit log.

`README.md` says which key opens what, for how long, who holds it, and what its loss means.
"""

from bot.vault.audit.log import OPERATOR, SYSTEM, AuditLog
from bot.vault.keys.host_key import HostKey
from bot.vault.keys.key_store import KeyStore
from bot.vault.keys.keyring import Keyring
from bot.vault.purpose import Opener, Purpose, Sealer
from bot.vault.vault import Vault

__all__ = [
    "OPERATOR", "SYSTEM", "AuditLog", "HostKey", "KeyStore", "Keyring", "Opener", "Purpose",
    "Sealer", "Vault",
]  # fmt: skip
