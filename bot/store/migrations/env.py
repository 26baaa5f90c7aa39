"""Alembic's entry: runs the migrations on the connection `upgrade` hands over."""

from alembic import context

import bot.store.tables.keys  # noqa: F401 - one table of the data stands there
from bot.store.tables.main import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
