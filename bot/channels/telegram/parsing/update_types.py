"""How each type of update and each type of content is treated, as data.

`UPDATES` and `CONTENTS` are complete for Bot API 10.0, and tested to be. A type of update that
Telegram adds later is ignored; a new type of content falls under `UNKNOWN_CONTENT`.
"""

from __future__ import annotations

from enum import StrEnum


class Treatment(StrEnum):
    """What is done with an update or a message."""

    ACCEPT = "accept"
    """Stored, and answered by the conversation."""
    NOTE = "note"
    """Not answered; that it happened, and in which chat, may be stored for staff."""
    DECLINE = "decline"
    """Declined politely, because a person sent it and waits. Its content is not read."""
    NOTHING = "nothing"
    """Confirmed and counted by type; nothing of it is stored, not even the chat."""
    LEAVE = "leave"
    """The bot leaves the group and stores nothing."""


ALLOWED_UPDATES = (
    "message", "edited_message", "callback_query", "my_chat_member", "message_reaction",
)  # fmt: skip
"""The types requested from Telegram. The others cannot arrive, and do no harm if they do."""

UPDATES: dict[str, Treatment] = {
    **dict.fromkeys(
        ("message", "edited_message", "callback_query", "my_chat_member"), Treatment.ACCEPT
    ),
    "message_reaction": Treatment.NOTE,
    **dict.fromkeys(
        (
            "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
            "shipping_query", "pre_checkout_query", "poll", "poll_answer", "chat_member",
            "chat_join_request", "chat_boost", "removed_chat_boost", "message_reaction_count",
            "business_connection", "business_message", "edited_business_message",
            "deleted_business_messages", "purchased_paid_media", "managed_bot", "guest_message",
        ),
        Treatment.NOTHING,
    ),
}  # fmt: skip

CONTENTS: dict[str, Treatment] = {
    **dict.fromkeys(
        (
            "text",
            # An animation and a live photo also come as a plain file, and a venue as a plain
            # location, for older apps; so they stand first.
            "animation", "live_photo", "photo", "video", "video_note", "voice", "audio", "document",
            "sticker", "venue", "location",
            # Another person's data: encrypted as text, never written to.
            "contact",
        ),
        Treatment.ACCEPT,
    ),
    # Sent on purpose, but nothing in it can or should be stored.
    **dict.fromkeys(
        (
            "poll", "dice", "game", "story", "checklist", "paid_media", "giveaway",
            "giveaway_winners", "gift", "unique_gift", "gift_upgrade_sent", "users_shared",
            "chat_shared", "web_app_data", "invoice", "successful_payment", "refunded_payment",
            "passport_data",
        ),
        Treatment.DECLINE,
    ),
    # The person changed something about the chat that a caseworker should know.
    "message_auto_delete_timer_changed": Treatment.NOTE,
    # Service messages of Telegram, which expect no answer.
    **dict.fromkeys(
        (
            "pinned_message", "chat_background_set", "write_access_allowed", "connected_website",
            "proximity_alert_triggered", "boost_added", "giveaway_created", "giveaway_completed",
            "video_chat_scheduled", "video_chat_started", "video_chat_ended",
            "video_chat_participants_invited", "forum_topic_created", "forum_topic_edited",
            "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
            "general_forum_topic_unhidden", "new_chat_members", "left_chat_member",
            "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created",
            "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
            "migrate_from_chat_id", "chat_owner_changed", "chat_owner_left",
            "checklist_tasks_done", "checklist_tasks_added", "poll_option_added",
            "poll_option_deleted", "paid_message_price_changed", "direct_message_price_changed",
            "suggested_post_approved", "suggested_post_approval_failed",
            "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded",
            "managed_bot_created",
        ),
        Treatment.NOTHING,
    ),
}  # fmt: skip
UNKNOWN_CONTENT = Treatment.DECLINE

ENVELOPE = frozenset(
    {
        "message_id", "date", "edit_date", "chat", "from", "sender_chat", "sender_boost_count",
        "sender_business_bot", "sender_tag", "business_connection_id", "author_signature",
        "message_thread_id", "is_topic_message", "direct_messages_topic", "is_automatic_forward",
        "forward_origin", "reply_to_message", "reply_to_story", "reply_to_checklist_task_id",
        "reply_to_poll_option_id", "external_reply", "quote", "via_bot", "has_protected_content",
        "is_from_offline", "is_paid_post", "media_group_id", "entities", "caption",
        "caption_entities", "show_caption_above_media", "has_media_spoiler",
        "link_preview_options", "effect_id", "paid_star_count", "suggested_post_info",
        "reply_markup", "guest_bot_caller_user", "guest_bot_caller_chat", "guest_query_id",
    }
)  # fmt: skip
