"""The hotline: staff, claims and promises, what people wrote to each other, referrals, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HELD = sa.text("holder is not null")
DUE = sa.text("due_at is not null")
WAITS = sa.text("status in ('waiting', 'reopened')")
WAITED = sa.text("status = 'waiting'")
MINUTE = 60_000_000
PROMISED = (2, 15, 4 * 60, 24 * 60, 72 * 60)
"""Minutes to the first answer, by priority, as this release promises them."""


def upgrade() -> None:
    _cases()
    _staff()
    _exchanges()
    _desk()


def _cases() -> None:
    new = (
        sa.Column("queue", sa.String(16), nullable=False, server_default="trafficking"),
        sa.Column("contact", sa.String(60), nullable=False, server_default=""),
        sa.Column("holder", sa.String(32)),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("worked_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("alerts", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("disposition", sa.String(24)),
        sa.Column("closed_at", sa.BigInteger()),
    )
    for column in new:
        op.add_column("cases", column)
    for priority, minutes in enumerate(PROMISED):
        op.execute(
            sa.text(
                "UPDATE cases SET due_at = waiting_since + :span "
                "WHERE priority = :priority AND status = 'waiting'"
            ).bindparams(span=minutes * MINUTE, priority=priority)
        )
    op.drop_index("ix_cases_waiting", "cases", sqlite_where=WAITED, postgresql_where=WAITED)
    op.create_index(
        "ix_cases_waiting", "cases", ["queue", "language", "priority", "waiting_since", "id"],
        sqlite_where=WAITS, postgresql_where=WAITS,
    )  # fmt: skip
    op.create_index(
        "ix_cases_holder", "cases", ["holder", "status"], sqlite_where=HELD, postgresql_where=HELD
    )
    op.create_index("ix_cases_due_at", "cases", ["due_at"], sqlite_where=DUE, postgresql_where=DUE)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("title", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("languages", sa.String(120), nullable=False),
        sa.Column("queues", sa.String(160), nullable=False),
        sa.Column("skills", sa.String(160), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("on_duty", sa.SmallInteger(), nullable=False),
        sa.Column("rests_until", sa.BigInteger(), nullable=False),
        sa.Column("account_key", sa.LargeBinary(16)),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("account_key", name=op.f("uq_staff_account_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("deed", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])


def _exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("side", sa.String(12), nullable=False),
        sa.Column("author", sa.String(32)),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("letter", sa.BigInteger()),
        sa.Column("state", sa.String(10)),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exchanges_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
    )
    op.create_index("ix_exchanges_case_id", "exchanges", ["case_id", "id"])
    op.create_index("ix_exchanges_letter", "exchanges", ["letter"])
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("offered_by", sa.String(32), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_case_id", "referrals", ["case_id", "offered_at"])


def _desk() -> None:
    op.create_table(
        "topics",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("desk", sa.BigInteger(), nullable=False),
        sa.Column("thread", sa.BigInteger()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("shown", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_topics_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_topics")),
    )
    op.create_index("ix_topics_thread", "topics", ["desk", "thread"])
    op.create_table(
        "desks",
        sa.Column("named", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stands", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("named", name=op.f("pk_desks")),
    )
