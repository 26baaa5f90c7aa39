"""Casework: what happens after a report was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _add_record()
    _add_interpreting()
    _add_training()
    _add_origins()
    _add_figures()
    _add_machine_texts()
    _add_service_plan()
    _add_duty_records()
    _add_connections()
    _add_partner_members()
    _add_directory()
    _add_bodies_abroad()
    _add_synthetic_releases()
    _add_deliveries()
    _add_waiting_chats()
    _add_letter_claims()
    _add_processes()
    _add_shared_values()
    _keep_desk_sessions()
    _add_offices()
    _leave_room_in_pages()


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


def _add_interpreting() -> None:
    _add_interpreters()
    _add_interpreting_sessions()
    _add_interpreter_texts()
    _add_interpreter_copies()


def _add_interpreters() -> None:
    op.create_table(
        "interpreters",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_interpreters"),
        sa.UniqueConstraint("number", name="uq_interpreters_number"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_interpreters_staff_id"),
    )
    op.create_table(
        "interpreter_hours",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_interpreter_hours"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_interpreter_hours_staff_id"),
    )
    op.create_index("ix_interpreter_hours_staff_id", "interpreter_hours", ["staff_id", "began_at"])
    op.create_index("ix_interpreter_hours_began_at", "interpreter_hours", ["began_at"])


def _add_interpreting_sessions() -> None:
    op.create_table(
        "interpreting_sessions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("invited_by", sa.String(32), nullable=False),
        sa.Column("minutes", sa.SmallInteger, nullable=False),
        sa.Column("sees_names", sa.SmallInteger, nullable=False),
        sa.Column("shares_new", sa.SmallInteger, nullable=False),
        sa.Column("invited_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.String(12)),
        sa.PrimaryKeyConstraint("id", name="pk_interpreting_sessions"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_interpreting_sessions_case_id"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_interpreting_sessions_staff_id"
        ),
    )
    for column in ("case_id", "staff_id"):
        op.create_index(f"ix_interpreting_sessions_{column}", "interpreting_sessions", [column])
    is_open = sa.text("ended_at is null")
    op.create_index(
        "ix_interpreting_sessions_open", "interpreting_sessions", ["ends_at"],
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip


def _add_interpreter_texts() -> None:
    op.create_table(
        "interpreter_texts",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(12), nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("has_sound", sa.SmallInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interpreter_texts"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_interpreter_texts_case_id"),
        sqlite_autoincrement=True,
    )
    for column in ("case_id", "session_id"):
        op.create_index(f"ix_interpreter_texts_{column}", "interpreter_texts", [column])
    op.create_table(
        "renderings",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("text_id", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renderings"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_renderings_case_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_renderings_case_id", "renderings", ["case_id"])


def _add_interpreter_copies() -> None:
    op.create_table(
        "interpreter_copies",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("text_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interpreter_copies"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_interpreter_copies_case_id"),
        sqlite_autoincrement=True,
    )
    for column in ("case_id", "session_id"):
        op.create_index(f"ix_interpreter_copies_{column}", "interpreter_copies", [column])


def _add_training() -> None:
    op.create_table(
        "training_records",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("done_on", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_training_records"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_training_records_staff_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_records_staff_id", "training_records", ["staff_id", "done_on"])


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


def _add_partner_members() -> None:
    op.add_column("campaigns", sa.Column("label", sa.String(40)))
    op.execute("UPDATE campaigns SET label = name")
    op.create_index(
        "ix_campaigns_partner_id_label", "campaigns", ["partner_id", "label"], unique=True
    )
    op.create_table(
        "partner_members",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("invited_by", sa.String(32), nullable=False),
        sa.Column("invited_at", sa.BigInteger, nullable=False),
        sa.Column("public", sa.LargeBinary(32)),
        sa.Column("proof", sa.LargeBinary(32)),
        sa.Column("locked", sa.LargeBinary),
        sa.Column("approved_by", sa.String(32)),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("code", sa.LargeBinary),
        sa.Column("code_step", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_partner_members"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_members_partner_id"
        ),
    )
    op.create_index("ix_partner_members_partner_id", "partner_members", ["partner_id"])
    _add_partner_sign_in()


def _add_partner_sign_in() -> None:
    op.create_table(
        "partner_invites",
        sa.Column("token", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_partner_invites"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["partner_members.id"], name="fk_partner_invites_member_id"
        ),
    )
    op.create_table(
        "partner_sessions",
        sa.Column("token", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("browser", sa.String(24), nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_partner_sessions"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["partner_members.id"], name="fk_partner_sessions_member_id"
        ),
    )
    op.create_index("ix_partner_sessions_member_id", "partner_sessions", ["member_id"])


def _add_directory() -> None:
    op.create_table(
        "directory_services",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("partner_id", sa.BigInteger),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verified_at", sa.BigInteger, nullable=False),
        sa.Column("verified_by", sa.String(40), nullable=False),
        sa.Column("free_places", sa.Integer),
        sa.Column("free_said_at", sa.BigInteger),
        sa.Column("free_said_by", sa.String(40)),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_directory_services"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_directory_services_partner_id"
        ),
    )
    op.create_index("ix_directory_services_partner_id", "directory_services", ["partner_id"])
    op.create_table(
        "directory_proposals",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("service_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("proposed_by", sa.String(40), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by", sa.String(40)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_directory_proposals"),
    )
    op.create_index(
        "ix_directory_proposals_service_id", "directory_proposals", ["service_id", "id"]
    )
    op.create_index("ix_directory_proposals_decided_at", "directory_proposals", ["decided_at"])


def _add_bodies_abroad() -> None:
    op.create_table(
        "bodies_abroad",
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("purposes", sa.String(60), nullable=False),
        sa.Column("parts", sa.String(600), nullable=False),
        sa.Column("consent_days", sa.SmallInteger, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32)),
        sa.Column("key_set_at", sa.BigInteger),
        sa.Column("confirmed_by", sa.String(32)),
        sa.Column("seconded_by", sa.String(32)),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_bodies_abroad"),
    )


def _add_synthetic_releases() -> None:
    op.create_table(
        "synthetic_releases",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("epsilon", sa.Integer, nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_synthetic_releases"),
    )
    op.create_index("ix_synthetic_releases_asked_at", "synthetic_releases", ["asked_at"])


def _add_deliveries() -> None:
    op.create_table(
        "recipient_partners",
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("linked_by", sa.String(32), nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("recipient", name="pk_recipient_partners"),
        _to_partner("recipient_partners"),
    )
    op.create_table(
        "referral_deliveries",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("referral", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("opened_by", sa.BigInteger),
        sa.Column("answer", sa.String(10)),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_referral_deliveries"),
        _to_case("referral_deliveries"),
        _to_partner("referral_deliveries"),
    )
    for column in ("case_id", "partner_id"):
        name = f"ix_referral_deliveries_{column}"
        op.create_index(name, "referral_deliveries", [column, "sent_at"])
    is_open = sa.text("closed_at is null")
    op.create_index(
        "ix_referral_deliveries_open", "referral_deliveries", ["ends_at"], sqlite_where=is_open,
        postgresql_where=is_open,
    )  # fmt: skip
    _add_delivery_copies()
    _add_partner_referrals()


def _add_delivery_copies() -> None:
    op.create_table(
        "delivery_copies",
        sa.Column("delivery_id", sa.String(12), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "member_id", name="pk_delivery_copies"),
        _to_case("delivery_copies"),
    )
    op.create_index("ix_delivery_copies_case_id", "delivery_copies", ["case_id"])
    op.create_table(
        "delivery_messages",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("delivery_id", sa.String(12), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_messages"),
        _to_case("delivery_messages"),
        sqlite_autoincrement=True,
    )
    for column in ("case_id", "delivery_id"):
        name = f"ix_delivery_messages_{column}"
        op.create_index(name, "delivery_messages", [column, "id"])


def _add_partner_referrals() -> None:
    op.create_table(
        "partner_referrals",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("asked_to_call_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_partner_referrals"),
        _to_case("partner_referrals"),
        _to_partner("partner_referrals"),
    )
    op.create_index("ix_partner_referrals_case_id", "partner_referrals", ["case_id"])
    op.create_index(
        "ix_partner_referrals_partner_id", "partner_referrals", ["partner_id", "sent_at"]
    )
    op.create_table(
        "delivery_stops",
        sa.Column("delivery_id", sa.String(12), nullable=False),
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery_stops"),
        _to_partner("delivery_stops"),
    )
    op.create_index("ix_delivery_stops_partner_id", "delivery_stops", ["partner_id"])


def _add_waiting_chats() -> None:
    op.add_column("inbox", sa.Column("chat_key", sa.LargeBinary(16)))
    is_stored = sa.text("state = 'stored'")
    op.create_index(
        "ix_inbox_stored", "inbox", ["chat_key", "update_id"], sqlite_where=is_stored,
        postgresql_where=is_stored,
    )  # fmt: skip
    op.create_table(
        "waiting_chats",
        sa.Column("bot", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("chat_key", sa.LargeBinary(16), nullable=False),
        sa.Column("waiting_since", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("update_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("bot", "chat_key", name="pk_waiting_chats"),
    )
    op.create_index("ix_waiting_chats_since", "waiting_chats", ["bot", "waiting_since"])


def _add_letter_claims() -> None:
    op.add_column("outbox", sa.Column("owner", sa.BigInteger))
    fence = sa.Column("fence", sa.Integer, nullable=False, server_default="0")
    op.add_column("outbox", fence)
    op.add_column("outbox", sa.Column("lease_until", sa.BigInteger))


def _add_processes() -> None:
    op.create_table(
        "processes",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("roles", sa.String(40), nullable=False),
        sa.Column("host", sa.String(48), nullable=False),
        sa.Column("boot", sa.BigInteger, nullable=False),
        sa.Column("process", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("release", sa.String(20), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("alive_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_processes"),
    )
    op.create_table(
        "host_clocks",
        sa.Column("boot", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("wall_zero", sa.BigInteger, nullable=False),
        sa.Column("steady_since", sa.BigInteger, nullable=False),
        sa.Column("waits_since", sa.BigInteger, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("boot", name="pk_host_clocks"),
    )
    _keep_clock()


def _keep_clock() -> None:
    """Let the clock of the one machine of an earlier release be believed as before."""
    op.execute(
        "INSERT INTO host_clocks (boot, wall_zero, steady_since, waits_since, stored_at) "
        "SELECT coalesce((SELECT ran_at FROM rounds WHERE name = 'boot'), 0), ran_at, "
        "steady_since, coalesce((SELECT ran_at FROM rounds WHERE name = 'clock_waits'), 0), "
        "steady_since FROM rounds WHERE name = 'clock'"
    )


def _add_offices() -> None:
    op.create_table(
        "offices",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offices"),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name="fk_offices_set_by"),
    )
    op.add_column("staff", sa.Column("offices", sa.String(160)))
    op.add_column("cases", sa.Column("office", sa.String(8)))


def _to_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id")


def _to_partner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=f"fk_{table}_partner_id")


def _add_shared_values() -> None:
    op.create_table(
        "shared_values",
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_shared_values"),
    )


def _keep_desk_sessions() -> None:
    op.add_column("desk_sessions", sa.Column("sealed", sa.LargeBinary))
    op.add_column("desk_sessions", sa.Column("version", sa.Integer))
    op.create_table(
        "desk_guesses",
        sa.Column("name", sa.LargeBinary(16), nullable=False),
        sa.Column("wrong", sa.SmallInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_desk_guesses"),
    )
    op.create_index("ix_desk_guesses_last_at", "desk_guesses", ["last_at"])
    op.create_table(
        "desk_enrolments",
        sa.Column("link", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("link", name="pk_desk_enrolments"),
    )


def _leave_room_in_pages() -> None:
    """Let the next state of a conversation fit into the page of the last one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE conversations SET (fillfactor = 50)")
