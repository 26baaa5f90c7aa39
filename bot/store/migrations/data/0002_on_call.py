"""On-call caseworkers; referral sheets; what was seen; forms, files; checks; hours; phrases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _add_on_call()
    _add_referral_copies()
    _add_conversation()
    _add_sent_files()
    _add_form_nonces()
    _add_fact_checks()
    _add_service_hours()
    _add_phrase_edits()
    _number_files()


def _add_on_call() -> None:
    op.add_column("cases", sa.Column("told_at", sa.BigInteger))
    op.create_table(
        "on_call",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_on_call"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_on_call_staff_id"),
    )
    op.create_table(
        "on_call_alarms",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("case_id", name="pk_on_call_alarms"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_on_call_alarms_case_id"),
    )
    running = sa.text("ended_at is null")
    op.create_index(
        "ix_on_call_alarms_running", "on_call_alarms", ["since"],
        sqlite_where=running, postgresql_where=running,
    )  # fmt: skip
    op.create_table(
        "on_call_calls",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("attempt", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("letter", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_on_call_calls"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_on_call_calls_staff_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_on_call_calls_at", "on_call_calls", ["at"])
    op.create_index("ix_on_call_calls_letter", "on_call_calls", ["letter"])
    op.create_index("ix_on_call_calls_staff_id", "on_call_calls", ["staff_id"])


def _add_referral_copies() -> None:
    op.add_column("referrals", sa.Column("reply", sa.String(10)))
    op.add_column("referrals", sa.Column("replied_at", sa.BigInteger))
    op.create_table(
        "referral_copies",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("referral", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referral_copies"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_referral_copies_case_id"),
    )
    op.create_index("ix_referral_copies_case_id", "referral_copies", ["case_id", "made_at"])


def _add_sent_files() -> None:
    op.create_table(
        "sent_files",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sent_files"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_sent_files_case_id"),
    )
    op.create_index("ix_sent_files_case_id", "sent_files", ["case_id"])


def _add_conversation() -> None:
    op.add_column("exchanges", sa.Column("arrived_at", sa.BigInteger))
    op.create_table(
        "case_looks",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("looked_at", sa.BigInteger),
        sa.Column("seen_message", sa.BigInteger),
        sa.Column("seen_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name="pk_case_looks"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_looks_case_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_looks_staff_id"),
    )


def _add_form_nonces() -> None:
    op.create_table(
        "desk_nonces",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_desk_nonces"),
    )
    op.create_index("ix_desk_nonces_taken_at", "desk_nonces", ["taken_at"])


def _add_fact_checks() -> None:
    op.create_table(
        "fact_checks",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("checked_by", sa.String(32), nullable=False),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_by", sa.String(32)),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_fact_checks"),
    )
    op.create_index("ix_fact_checks_code", "fact_checks", ["kind", "code"])


def _add_service_hours() -> None:
    op.create_table(
        "service_hours",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_service_hours"),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name="fk_service_hours_set_by"),
    )
    op.create_table(
        "duty_shifts",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("begins_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_shifts"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_duty_shifts_staff_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duty_shifts_begins_at", "duty_shifts", ["begins_at"])
    op.create_index("ix_duty_shifts_staff_id", "duty_shifts", ["staff_id"])


def _add_phrase_edits() -> None:
    op.create_table(
        "phrase_edits",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phrase_edits"),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name="fk_phrase_edits_set_by"),
        sqlite_autoincrement=True,
    )


def _number_files() -> None:
    op.add_column("files", sa.Column("number", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE files SET number = (SELECT count(*) FROM files AS earlier WHERE "
        "earlier.case_id = files.case_id AND (earlier.created_at < files.created_at OR "
        "(earlier.created_at = files.created_at AND earlier.id <= files.id)))"
    )
