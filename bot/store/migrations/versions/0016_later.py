"""What a desk keeps beside a case: when to look again, links, words begun."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_dates",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("aside_until", sa.BigInteger()),
        sa.Column("aside_by", sa.String(32)),
        sa.Column("back_at", sa.BigInteger()),
        sa.Column("back_why", sa.String(8)),
        sa.Column("follow_up_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_dates_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_dates")),
    )
    op.create_index("ix_case_dates_aside_by", "case_dates", ["aside_by"])
    op.create_table(
        "case_links",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("other_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
        sa.UniqueConstraint("case_id", "other_id", name=op.f("uq_case_links_case_id_other_id")),
    )
    op.create_index("ix_case_links_other_id", "case_links", ["other_id"])
    op.create_table(
        "desk_drafts",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_desk_drafts_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_drafts_staff_id")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", "kind", name=op.f("pk_desk_drafts")),
    )
    op.create_index("ix_desk_drafts_at", "desk_drafts", ["at"])
