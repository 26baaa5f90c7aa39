"""What becomes of every kind of update and of every kind of content: the table, as data.

Two lists are complete for Bot API 10.0 and tested to be: `UPDATES` and `CONTENTS`. A kind of update
that Telegram invents later becomes nothing; a kind of content falls under `UNKNOWN_CONTENT`.
"""

from __future__ import annotations

from enum import StrEnum


class Treatment(StrEnum):
    """What is done with something that arrived."""

    ACCEPT = "accept"
    """Kept and answered by the conversation."""
    NOTE = "note"
    """Nobody is answered; that it happened, and in which chat, may be kept for staff."""
    DECLINE = "decline"
    """A polite no: a person sent it and waits for an answer. Its content is not read."""
    NOTHING = "nothing"
    """Confirmed and counted by kind; nothing of it is kept, not even the chat."""
    LEAVE = "leave"
    """Leave the group, keep nothing."""


ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
)
"""What we ask Telegram for. The others below cannot arrive, and are survived if they do."""

UPDATES: dict[str, Treatment] = {
    "message": Treatment.ACCEPT,
    "edited_message": Treatment.ACCEPT,
    "callback_query": Treatment.ACCEPT,
    "my_chat_member": Treatment.ACCEPT,
    "message_reaction": Treatment.NOTE,
    "channel_post": Treatment.NOTHING,
    "edited_channel_post": Treatment.NOTHING,
    "inline_query": Treatment.NOTHING,
    "chosen_inline_result": Treatment.NOTHING,
    "shipping_query": Treatment.NOTHING,
    "pre_checkout_query": Treatment.NOTHING,
    "poll": Treatment.NOTHING,
    "poll_answer": Treatment.NOTHING,
    "chat_member": Treatment.NOTHING,
    "chat_join_request": Treatment.NOTHING,
    "chat_boost": Treatment.NOTHING,
    "removed_chat_boost": Treatment.NOTHING,
    "message_reaction_count": Treatment.NOTHING,
    "business_connection": Treatment.NOTHING,
    "business_message": Treatment.NOTHING,
    "edited_business_message": Treatment.NOTHING,
    "deleted_business_messages": Treatment.NOTHING,
    "purchased_paid_media": Treatment.NOTHING,
    "managed_bot": Treatment.NOTHING,
    "guest_message": Treatment.NOTHING,
}

CONTENTS: dict[str, Treatment] = {
    "text": Treatment.ACCEPT,
    # files; an animation and a live photo also come with a plain file for older apps, so they
    # stand before it
    "animation": Treatment.ACCEPT,
    "live_photo": Treatment.ACCEPT,
    "photo": Treatment.ACCEPT,
    "video": Treatment.ACCEPT,
    "video_note": Treatment.ACCEPT,
    "voice": Treatment.ACCEPT,
    "audio": Treatment.ACCEPT,
    "document": Treatment.ACCEPT,
    "sticker": Treatment.ACCEPT,
    # places; a venue also comes with a plain location
    "venue": Treatment.ACCEPT,
    "location": Treatment.ACCEPT,
    # somebody else's data: sealed as words, never written to
    "contact": Treatment.ACCEPT,
    # a person sent it on purpose, and it says nothing we could keep or should
    "poll": Treatment.DECLINE,
    "dice": Treatment.DECLINE,
    "game": Treatment.DECLINE,
    "story": Treatment.DECLINE,
    "checklist": Treatment.DECLINE,
    "paid_media": Treatment.DECLINE,
    "giveaway": Treatment.DECLINE,
    "giveaway_winners": Treatment.DECLINE,
    "gift": Treatment.DECLINE,
    "unique_gift": Treatment.DECLINE,
    "gift_upgrade_sent": Treatment.DECLINE,
    "users_shared": Treatment.DECLINE,
    "chat_shared": Treatment.DECLINE,
    "web_app_data": Treatment.DECLINE,
    "invoice": Treatment.DECLINE,
    "successful_payment": Treatment.DECLINE,
    "refunded_payment": Treatment.DECLINE,
    "passport_data": Treatment.DECLINE,
    # the person changed something about the chat that a caseworker should know
    "message_auto_delete_timer_changed": Treatment.NOTE,
    # Telegram tells what happened in a chat; nobody waits for an answer
    "pinned_message": Treatment.NOTHING,
    "chat_background_set": Treatment.NOTHING,
    "write_access_allowed": Treatment.NOTHING,
    "connected_website": Treatment.NOTHING,
    "proximity_alert_triggered": Treatment.NOTHING,
    "boost_added": Treatment.NOTHING,
    "giveaway_created": Treatment.NOTHING,
    "giveaway_completed": Treatment.NOTHING,
    "video_chat_scheduled": Treatment.NOTHING,
    "video_chat_started": Treatment.NOTHING,
    "video_chat_ended": Treatment.NOTHING,
    "video_chat_participants_invited": Treatment.NOTHING,
    "forum_topic_created": Treatment.NOTHING,
    "forum_topic_edited": Treatment.NOTHING,
    "forum_topic_closed": Treatment.NOTHING,
    "forum_topic_reopened": Treatment.NOTHING,
    "general_forum_topic_hidden": Treatment.NOTHING,
    "general_forum_topic_unhidden": Treatment.NOTHING,
    "new_chat_members": Treatment.NOTHING,
    "left_chat_member": Treatment.NOTHING,
    "new_chat_title": Treatment.NOTHING,
    "new_chat_photo": Treatment.NOTHING,
    "delete_chat_photo": Treatment.NOTHING,
    "group_chat_created": Treatment.NOTHING,
    "supergroup_chat_created": Treatment.NOTHING,
    "channel_chat_created": Treatment.NOTHING,
    "migrate_to_chat_id": Treatment.NOTHING,
    "migrate_from_chat_id": Treatment.NOTHING,
    "chat_owner_changed": Treatment.NOTHING,
    "chat_owner_left": Treatment.NOTHING,
    "checklist_tasks_done": Treatment.NOTHING,
    "checklist_tasks_added": Treatment.NOTHING,
    "poll_option_added": Treatment.NOTHING,
    "poll_option_deleted": Treatment.NOTHING,
    "paid_message_price_changed": Treatment.NOTHING,
    "direct_message_price_changed": Treatment.NOTHING,
    "suggested_post_approved": Treatment.NOTHING,
    "suggested_post_approval_failed": Treatment.NOTHING,
    "suggested_post_declined": Treatment.NOTHING,
    "suggested_post_paid": Treatment.NOTHING,
    "suggested_post_refunded": Treatment.NOTHING,
    "managed_bot_created": Treatment.NOTHING,
}
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
"""What surrounds a message's content and is no content itself."""
