"""The first schema of the key store, as release 0.2.0 has it."""

from pathlib import Path

from alembic import op

from bot.store.migrate import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0001_{dialect}.sql"))
