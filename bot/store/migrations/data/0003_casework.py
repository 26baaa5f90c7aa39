"""Casework: what happens after a report was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _add_record()


def _add_record() -> None:
    op.create_table(
        "record_entries",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_entries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_record_entries_case_id"),
    )
    op.create_index("ix_record_entries_case_id", "record_entries", ["case_id", "id"])
