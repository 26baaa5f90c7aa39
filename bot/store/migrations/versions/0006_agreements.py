"""What people agreed to, in which words they were asked, and what they want erased."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("answer", sa.String(24), nullable=False),
        sa.Column("given", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(32), nullable=False),
        sa.Column("notice", sa.LargeBinary(32), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.String(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agreements_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index("ix_agreements_case_id", "agreements", ["case_id", "id"])
    op.create_table(
        "wordings",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("words", sa.String(8000), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_wordings")),
    )
    op.create_table(
        "wishes",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("confirmed_by", sa.String(32), nullable=False),
        sa.Column("objected_by", sa.String(32), nullable=False),
        sa.Column("seconded_by", sa.String(32), nullable=False),
        sa.Column("alerts", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_wishes_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_wishes")),
    )
    op.create_index("ix_wishes_due_at", "wishes", ["due_at"])
