"""Words by which a person is known again, as digests, and cases frozen by a word under duress."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "words",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("chat_key", sa.LargeBinary(16), nullable=False),
        sa.Column("safe", sa.LargeBinary(32), nullable=False),
        sa.Column("duress", sa.LargeBinary(32)),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_words_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_words")),
    )
    op.create_index("ix_words_chat_key", "words", ["chat_key"])
