"""The team: choices, notes from shift to shift, what takes two; the queue in its order."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTED = sa.text("status <> 'closed' and id <> ''")
SOON = sa.text("soon_at is not null")
NEVER = 2**62


def upgrade() -> None:
    op.create_table(
        "desk_choices",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("chosen", sa.String(48), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_choices_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "name", name=op.f("pk_desk_choices")),
    )
    op.create_table(
        "shift_notes",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("queue", sa.String(16), nullable=False),
        sa.Column("team", sa.String(24), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shift_notes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_notes")),
    )
    op.create_index("ix_shift_notes_at", "shift_notes", ["at"])
    op.create_index("ix_shift_notes_staff_id", "shift_notes", ["staff_id"])
    op.create_table(
        "desk_requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("agreed_by", sa.String(32)),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_requests")),
    )
    op.create_index("ix_desk_requests_until", "desk_requests", ["until"])
    op.create_index(
        "ix_cases_in_order", "cases",
        ["priority", "waiting_since", "id", "queue", "language", "status"],
        sqlite_where=LISTED, postgresql_where=LISTED,
    )  # fmt: skip
    op.add_column("clocks", sa.Column("soon_at", sa.BigInteger()))
    # What is near is known at the next look; until then whoever has a clock that runs is listed.
    op.execute(
        sa.text("UPDATE clocks SET soon_at = next_at WHERE next_at < :n").bindparams(n=NEVER)
    )
    op.create_index(
        "ix_clocks_soon_at", "clocks", ["soon_at"], sqlite_where=SOON, postgresql_where=SOON
    )
