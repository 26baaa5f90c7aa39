"""Casework: what happens after a report was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _add_record()
    _add_origins()
    _add_figures()
    _add_machine_texts()
    _add_service_plan()
    _add_duty_records()


def _add_record() -> None:
    op.create_table(
        "record_entries",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_entries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_record_entries_case_id"),
    )
    op.create_index("ix_record_entries_case_id", "record_entries", ["case_id", "id"])


def _add_origins() -> None:
    op.add_column("agreements", sa.Column("heard_by", sa.String(32)))
    op.create_table(
        "case_origins",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("opened_by", sa.String(32), nullable=False),
        sa.Column("teller", sa.LargeBinary),
        sa.Column("call_back", sa.LargeBinary),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_origins"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_origins_case_id"),
    )
    op.create_table(
        "opening_drafts",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_opening_drafts"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_opening_drafts_staff_id"),
    )
    op.create_index("ix_opening_drafts_at", "opening_drafts", ["at"])
    _add_join_codes()


def _add_join_codes() -> None:
    op.create_table(
        "join_codes",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_join_codes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_join_codes_case_id"),
        sa.UniqueConstraint("digest", name="uq_join_codes_digest"),
    )
    op.create_table(
        "join_requests",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("chat_key", sa.LargeBinary(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_join_requests"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_join_requests_case_id"),
        sa.UniqueConstraint("case_id", "chat_key", name="uq_join_requests_case_id_chat_key"),
    )
    op.create_index("ix_join_requests_at", "join_requests", ["at"])
    op.create_table(
        "join_tries",
        sa.Column("chat_key", sa.LargeBinary(16), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_key", name="pk_join_tries"),
    )
    op.create_index("ix_join_tries_tried_at", "join_tries", ["tried_at"])


def _add_figures() -> None:
    op.add_column("cases", sa.Column("first_answer_at", sa.BigInteger))
    op.execute("UPDATE cases SET first_answer_at = answered_at")
    op.create_table(
        "figure_counts",
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("figure", sa.String(24), nullable=False),
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("month", "figure", "dimension", "code", name="pk_figure_counts"),
    )
    op.create_table(
        "frozen_figures",
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("figure", sa.String(24), nullable=False),
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("low", sa.SmallInteger),
        sa.Column("high", sa.SmallInteger),
        sa.PrimaryKeyConstraint("month", "version", "position", name="pk_frozen_figures"),
    )


def _add_machine_texts() -> None:
    op.create_table(
        "machine_texts",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_machine_texts"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_machine_texts_case_id"),
    )
    op.create_index("ix_machine_texts_case_id", "machine_texts", ["case_id", "id"])


def _add_service_plan() -> None:
    op.create_table(
        "plan_entries",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_entries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_plan_entries_case_id"),
    )
    op.create_index("ix_plan_entries_case_id", "plan_entries", ["case_id", "id"])
    op.create_index("ix_plan_entries_at", "plan_entries", ["at"])


def _add_duty_records() -> None:
    op.create_table(
        "duty_records",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_records"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_duty_records_case_id"),
    )
    op.create_index("ix_duty_records_case_id", "duty_records", ["case_id", "id"])
