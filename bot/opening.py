"""Where the keys of a deployment come from: the host key, and the key store it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import HavenError, WrongSetting
from bot.store.database import Database, DataDirectory
from bot.vault import HostKey, KeyStore

if TYPE_CHECKING:
    from bot.settings import Settings


def host_key(settings: Settings) -> HostKey:
    """Return the host key: of the file that is named, or of a credential systemd hands over.

    Raises:
        WrongSetting: there is none, or others can read it.
    """
    credential = settings.credential()
    if settings.host_key_file is None and credential is not None:
        return HostKey.read(credential, settings.data)
    return HostKey.read(settings.key_file(), settings.data)


def open_keys(settings: Settings) -> KeyStore:
    """Open the key store of this deployment, at this release's schema.

    Raises:
        WrongSetting: there is none that can be opened.
    """
    directory = DataDirectory(settings.data)
    url = settings.keys_url or directory.keys_url
    if url == (settings.database_url or directory.database_url):
        raise WrongSetting("HAVEN_KEYS_URL is HAVEN_DATABASE_URL: keys lie apart from the data")
    try:
        return KeyStore(Database(url))
    except HavenError:
        raise
    except Exception as error:
        name = "HAVEN_KEYS_URL" if settings.keys_url else "HAVEN_DATA"
        raise WrongSetting(
            f"{name}: the key store cannot be opened ({type(error).__name__}); haven doctor says "
            "why"
        ) from error
