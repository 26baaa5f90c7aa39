"""What a process of a deployment does: its roles, how it waits for the lead, and when it polls.

One process does everything, unless `haven start --only` names a part. Several machines then share
one PostgreSQL: fronts store what arrives, workers answer it, one leader keeps the clocks and sends
letters, desks serve caseworkers.
"""

from bot.app.roles.role import ALL_ROLES, BOT_ROLES, ProcessRole

__all__ = ["ALL_ROLES", "BOT_ROLES", "ProcessRole"]
