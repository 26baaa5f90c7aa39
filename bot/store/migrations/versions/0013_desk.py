"""The desk in a browser: who is let in, who is there, and what rings at open desks."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_sessions",
        sa.Column("token", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("browser", sa.String(24), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("proved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_sessions_staff_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_desk_sessions")),
    )
    op.create_index("ix_desk_sessions_staff_id", "desk_sessions", ["staff_id"])
    op.create_table(
        "desk_factors",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_factors_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_factors")),
    )
    op.create_index("ix_desk_factors_staff_id", "desk_factors", ["staff_id"])
    op.create_table(
        "desk_invites",
        sa.Column("token", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_invites_staff_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_desk_invites")),
    )
    op.create_table(
        "desk_bells",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_desk_bells_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_bells")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_bells_case_id", "desk_bells", ["case_id"])
