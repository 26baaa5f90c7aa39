"""Which key store belongs to this database: another, or none, is refused."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "key_stores",
        sa.Column("store", sa.LargeBinary(8), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_key_stores")),
    )
