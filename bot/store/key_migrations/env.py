"""Alembic's entry for the key store."""

from alembic import context

from bot.store.tables.keys import key_metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=key_metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
