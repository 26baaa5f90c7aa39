"""The law's clocks: what happened, when somebody has to look again, who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "clock_events",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clock_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_events")),
    )
    op.create_index("ix_clock_events_case_id", "clock_events", ["case_id", "id"])
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clocks_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_next_at", "clocks", ["next_at"])
    op.create_index("ix_clocks_looked_at", "clocks", ["looked_at"])
    op.create_table(
        "clock_marks",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("letter", sa.BigInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clock_marks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_marks")),
    )
    op.create_index("ix_clock_marks_case_id", "clock_marks", ["case_id", "id"])
    op.create_index("ix_clock_marks_letter", "clock_marks", ["letter"])
