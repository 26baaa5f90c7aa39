"""Erasing: a key of its own for every new case, legal holds, the ledger of what was erased.

Cases of earlier releases have no key of their own: what was sealed in them stays under the host's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLOSED = sa.text("closed_at is not null")


def upgrade() -> None:
    op.create_index(
        "ix_cases_closed_at", "cases", ["closed_at"], sqlite_where=CLOSED, postgresql_where=CLOSED
    )
    op.create_table(
        "case_keys",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_keys_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_keys")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("agreed_by", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_holds_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index("ix_legal_holds_case_id", "legal_holds", ["case_id"])
    op.create_table(
        "erasures",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("why", sa.String(24), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("case_hash", name=op.f("uq_erasures_case_hash")),
    )
    op.create_table(
        "rounds",
        sa.Column("name", sa.String(12), nullable=False),
        sa.Column("ran_at", sa.BigInteger(), nullable=False),
        sa.Column("steady_since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rounds")),
    )
