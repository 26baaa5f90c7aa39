"""What is sealed to a case opens for staff alone: what the bot still needs lies beside, for a day.

The codes of a report, how a file to be fetched is called, and what a person is asked to agree to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("reports", sa.Column("codes", sa.LargeBinary()))
    op.add_column("files", sa.Column("handle", sa.LargeBinary()))
    op.add_column("referrals", sa.Column("asked", sa.LargeBinary()))
