"""Settings from HAVEN_... variables and the file of settings, in which `haven setup` writes them.

What the environment names wins over the file. A missing, invalid or unknown setting stops the start
with its fix.

Why msgspec reads them and not a library for settings: those stay in memory, 16 MB of a bot and desk
at rest, and every command waits 0.15 s for them.
"""

from bot.settings.hints import SETTING_HINTS
from bot.settings.load import check_settings, load_settings
from bot.settings.settings import SETTING_NAMES, Settings

__all__ = ["SETTING_HINTS", "SETTING_NAMES", "Settings", "check_settings", "load_settings"]
