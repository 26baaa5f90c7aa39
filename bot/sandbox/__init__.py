"""The sandbox: a stand-in for Telegram's Bot API on this machine, with its people and web pages.

Everything is in memory and nothing leaves the machine. `Sandbox` is the whole of it; `serve` puts
it on a port; `Phone` is one person, `SandboxGroup` one group. Tests, the demo and trainings use it.
Its rules and error texts are those of tdlib's own Bot API server.

Not implemented on purpose: rate limits (inject a FLOOD fault instead), the delay Telegram imposes
on repeated requests with the same offset, webhooks, and every method Haven does not call; these
answer 501.
"""

from __future__ import annotations

from bot.sandbox.fault_injection import FaultKind
from bot.sandbox.people import Phone, SandboxGroup
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import serve
from bot.sandbox.state import BOT_ID, TOKEN

__all__ = ["BOT_ID", "TOKEN", "FaultKind", "Phone", "Sandbox", "SandboxGroup", "serve"]
