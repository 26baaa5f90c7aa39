"""Hours at which people want to be heard from, and the words they answer with."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "check_ins",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("chat_key", sa.LargeBinary(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("answer", sa.LargeBinary(32)),
        sa.Column("duress", sa.LargeBinary(32)),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.BigInteger()),
        sa.Column("frozen_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_check_ins_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_check_ins")),
    )
    op.create_index("ix_check_ins_chat_key", "check_ins", ["chat_key"])
    op.create_index("ix_check_ins_next_at", "check_ins", ["next_at"])
    op.create_index("ix_check_ins_looked_at", "check_ins", ["looked_at"])
    op.create_index("ix_check_ins_letter", "check_ins", ["letter"])
