"""Casework: what happens after a report was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _add_record()
    _add_origins()
    _add_connections()


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


def _add_connections() -> None:
    op.create_table(
        "connection_digests",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("is_shared", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connection_digests"),
        sa.UniqueConstraint(
            "case_id", "entry", "digest", name="uq_connection_digests_case_id_entry_digest"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_connection_digests_case_id"),
    )
    op.create_index("ix_connection_digests_digest", "connection_digests", ["digest", "case_id"])
    is_shared = sa.text("is_shared = 1")
    op.create_index(
        "ix_connection_digests_shared", "connection_digests", ["digest", "case_id"],
        sqlite_where=is_shared, postgresql_where=is_shared,
    )  # fmt: skip
    op.create_table(
        "connection_wishes",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("is_wished", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_connection_wishes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_connection_wishes_case_id"),
    )
