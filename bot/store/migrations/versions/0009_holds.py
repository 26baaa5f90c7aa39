"""Legal holds: why, and not before a second person agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("legal_holds") as table:
        table.add_column(
            sa.Column("reason", sa.String(16), nullable=False, server_default="authority")
        )
        table.alter_column("agreed_by", existing_type=sa.String(32), nullable=True)
    with op.batch_alter_table("legal_holds") as table:
        table.alter_column("reason", existing_type=sa.String(16), server_default=None)
