"""The key store: roots, epochs, wraps of cases, keys of staff and teams, escrow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "roots",
        sa.Column("mark", sa.LargeBinary(8), nullable=False),
        sa.Column("store", sa.LargeBinary(8), nullable=False),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_roots")),
    )
    op.create_table(
        "epochs",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("born_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_wraps",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "holder", name=op.f("pk_case_wraps")),
    )
    op.create_index("ix_case_wraps_made_at", "case_wraps", ["made_at"])
    op.create_table(
        "staff_keys",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("queues", sa.String(160), nullable=False),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("memory", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recovery", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_keys")),
    )
    op.create_table(
        "teams",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("born_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_teams_name", "teams", ["name", "id"])
    op.create_table(
        "team_wraps",
        sa.Column("team", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team", "holder", name=op.f("pk_team_wraps")),
    )
    op.create_table(
        "escrows",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escrows")),
        sqlite_autoincrement=True,
    )
