"""A stand-in for Telegram on this machine: its Bot API, the people in it, and a phone page.

Everything is in memory and nothing leaves the machine. `Sandbox` is the whole of it; `serve` puts
it on a port; `Phone` is one person. Tests and the demo drive it, no other room imports it.
"""

from __future__ import annotations

from bot.sandbox.faults import Trouble
from bot.sandbox.groups import Group
from bot.sandbox.phone import Phone
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import serve
from bot.sandbox.world import BOT_ID, TOKEN

__all__ = ["BOT_ID", "TOKEN", "Group", "Phone", "Sandbox", "Trouble", "serve"]
