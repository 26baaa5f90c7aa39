"""Casework: what happens after a report was sent."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
