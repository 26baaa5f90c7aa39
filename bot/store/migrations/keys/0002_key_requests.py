"""Keys that wait for a colleague's approval, and numbered renewals of the teams."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("teams", sa.Column("round", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "team_rounds",
        sa.Column("round", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("teams", sa.Integer, nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_team_rounds"),
    )
    op.create_table(
        "key_requests",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("queues", sa.String(160), nullable=False),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("proof", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_key_requests"),
    )
