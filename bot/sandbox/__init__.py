"""A stand-in for Telegram on this machine: its Bot API, the people in it, and a phone page.

Everything is in memory and nothing leaves the machine. `Sandbox` is the whole of it; `serve` puts
it on a port; `Phone` is one person, `Group` one group. Tests and the demo drive it, no other room
imports it. Its rules and sentences are those of tdlib's own Bot API server.

Deliberately absent: limits of its own on how much is sent (a flood is a `Trouble` one orders), the
waiting time Telegram imposes on those who ask the same offset again at once, webhooks, and every
method Haven does not call: these answer 501.
"""

from __future__ import annotations

from bot.sandbox.fault_injection import FaultKind
from bot.sandbox.groups import SandboxGroup
from bot.sandbox.phone import Phone
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import serve
from bot.sandbox.state import BOT_ID, TOKEN

__all__ = ["BOT_ID", "TOKEN", "FaultKind", "Phone", "Sandbox", "SandboxGroup", "serve"]
