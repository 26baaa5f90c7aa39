"""Updates as Telegram sends them, made by hand: what is left out has a usual value."""

from __future__ import annotations

import json
from typing import Any

PERSON = {
    "id": 5550001111,
    "is_bot": False,
    "first_name": "Siti",
    "last_name": "Aminah",
    "username": "siti",
    "language_code": "id",
}
CHAT = {"id": 5550001111, "type": "private", "first_name": "Siti", "username": "siti"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Dorm 4"}
CHANNEL = {"id": -100456, "type": "channel", "title": "Jobs abroad", "username": "jobs"}
BOT = {"id": 424242, "is_bot": True, "first_name": "Haven", "username": "haven_bot"}
DATE = 1764000000


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 77, "date": DATE, "chat": CHAT, "from": PERSON} | content


def update(update_id: int = 1, **what: Any) -> dict[str, Any]:
    return {"update_id": update_id} | what


def raw(what: dict[str, Any]) -> bytes:
    return json.dumps(what).encode()


def text_message(text: str = "Saya butuh bantuan", **more: Any) -> dict[str, Any]:
    return update(message=message(text=text, **more))


def file(name: str, size: int | None = 1000, **more: Any) -> dict[str, Any]:
    known = {"file_id": f"handle-{name}", "file_unique_id": f"unique-{name}"} | more
    return known if size is None else known | {"file_size": size}


PHOTO = [
    file("s", 900, width=90, height=60),
    file("l", 90000, width=1280, height=853),
    file("m", 9000, width=320, height=213),
]
STICKER = file("sticker", width=512, height=512, type="regular", is_animated=False, is_video=False,
               emoji="😭")  # fmt: skip
PLACE = {"latitude": 25.033, "longitude": 121.5654}
INACCESSIBLE = {"chat": CHAT, "message_id": 12, "date": 0}
MEMBER = {"user": BOT, "status": "member"}
LEFT = {"user": BOT, "status": "left"}
KICKED = {"user": BOT, "status": "kicked", "until_date": 0}
ADMIN = {
    "user": BOT, "status": "administrator", "can_be_edited": False, "is_anonymous": False,
    "can_manage_chat": True, "can_delete_messages": True, "can_manage_video_chats": False,
    "can_restrict_members": False, "can_promote_members": False, "can_change_info": False,
    "can_invite_users": False, "can_post_stories": False, "can_edit_stories": False,
    "can_delete_stories": False,
}  # fmt: skip
GIFT = {"id": "g", "sticker": STICKER, "star_count": 5}
INVOICE = {"title": "t", "description": "d", "start_parameter": "", "currency": "XTR",
           "total_amount": 1}  # fmt: skip
PAID = {"currency": "XTR", "total_amount": 1, "invoice_payload": "p",
        "telegram_payment_charge_id": "c", "provider_payment_charge_id": ""}  # fmt: skip
STORY = {"id": 3, "chat": CHANNEL}
POLL = {
    "id": "1", "question": "?", "options": [{"text": "a", "voter_count": 0, "persistent_id": "a"}],
    "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
    "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip
CHECKLIST = {"title": "t", "tasks": [{"id": 1, "text": "x"}]}
SUMS = {"currency": "XTR", "amount": 5}

CONTENTS: dict[str, Any] = {
    "text": "halo",
    "animation": file("anim", width=1, height=1, duration=1, file_name="a.mp4"),
    "live_photo": file("live", width=1, height=1, duration=1, mime_type="video/mp4"),
    "photo": PHOTO,
    "video": file("video", width=1, height=1, duration=9, mime_type="video/mp4"),
    "video_note": file("note", length=240, duration=9),
    "voice": file("voice", duration=9, mime_type="audio/ogg"),
    "audio": file("audio", duration=9, title="x"),
    "document": file("doc", file_name="kontrak.pdf", mime_type="application/pdf"),
    "sticker": STICKER,
    "venue": {"location": PLACE, "title": "Taipei Main Station", "address": "Zhongzheng"},
    "location": PLACE,
    "contact": {"phone_number": "+628123", "first_name": "Dewi", "last_name": "S", "user_id": 9},
    "poll": POLL,
    "dice": {"emoji": "🎲", "value": 4},
    "game": {"title": "t", "description": "d", "photo": PHOTO},
    "story": STORY,
    "checklist": CHECKLIST,
    "paid_media": {"star_count": 1, "paid_media": []},
    "giveaway": {"chats": [CHANNEL], "winners_selection_date": DATE, "winner_count": 1},
    "giveaway_winners": {"chat": CHANNEL, "giveaway_message_id": 1, "winners_selection_date": DATE,
                         "winner_count": 1, "winners": [PERSON]},
    "gift": {"gift": GIFT},
    "gift_upgrade_sent": {"gift": GIFT},
    "unique_gift": {"invented": True},
    "users_shared": {"request_id": 1, "users": [{"user_id": 9}]},
    "chat_shared": {"request_id": 1, "chat_id": -5},
    "web_app_data": {"data": "{}", "button_text": "x"},
    "invoice": INVOICE,
    "successful_payment": PAID,
    "refunded_payment": PAID,
    "passport_data": {"data": [], "credentials": {"data": "", "hash": "", "secret": ""}},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400},
    "pinned_message": INACCESSIBLE,
    "chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}},
    "write_access_allowed": {"from_request": True},
    "connected_website": "example.org",
    "proximity_alert_triggered": {"traveler": PERSON, "watcher": PERSON, "distance": 5},
    "boost_added": {"boost_count": 1},
    "giveaway_created": {},
    "giveaway_completed": {"winner_count": 1},
    "video_chat_scheduled": {"start_date": DATE},
    "video_chat_started": {},
    "video_chat_ended": {"duration": 5},
    "video_chat_participants_invited": {"users": [PERSON]},
    "forum_topic_created": {"name": "x", "icon_color": 1},
    "forum_topic_edited": {"name": "x"},
    "forum_topic_closed": {},
    "forum_topic_reopened": {},
    "general_forum_topic_hidden": {},
    "general_forum_topic_unhidden": {},
    "new_chat_members": [PERSON],
    "left_chat_member": PERSON,
    "new_chat_title": "x",
    "new_chat_photo": PHOTO,
    "delete_chat_photo": True,
    "group_chat_created": True,
    "supergroup_chat_created": True,
    "channel_chat_created": True,
    "migrate_to_chat_id": -7,
    "migrate_from_chat_id": -7,
    "chat_owner_changed": {"new_owner": PERSON},
    "chat_owner_left": {"new_owner": PERSON},
    "checklist_tasks_done": {"marked_as_done_task_ids": [1]},
    "checklist_tasks_added": {"tasks": [{"id": 1, "text": "x"}]},
    "poll_option_added": {"invented": True},
    "poll_option_deleted": {"invented": True},
    "paid_message_price_changed": {"paid_message_star_count": 1},
    "direct_message_price_changed": {"are_direct_messages_enabled": True},
    "suggested_post_approved": {"send_date": DATE},
    "suggested_post_approval_failed": {"price": SUMS},
    "suggested_post_declined": {},
    "suggested_post_paid": {"currency": "XTR", "amount": 5},
    "suggested_post_refunded": {"reason": "post_deleted"},
    "managed_bot_created": {"bot": BOT},
}  # fmt: skip
"""One content of every kind a message can have."""

CHAT_CHANGE = {"chat": CHAT, "from": PERSON, "date": DATE, "old_chat_member": MEMBER}
UPDATES: dict[str, Any] = {
    "message": message(text="halo"),
    "edited_message": message(text="halo!", edit_date=DATE + 5),
    "callback_query": {"id": "991", "from": PERSON, "chat_instance": "1", "data": "tok",
                       "message": message(**{"from": BOT}, text="Question")},
    "my_chat_member": CHAT_CHANGE | {"new_chat_member": KICKED},
    "message_reaction": {"chat": CHAT, "message_id": 7, "user": PERSON, "date": DATE,
                         "old_reaction": [],
                         "new_reaction": [{"type": "emoji", "emoji": "👍"}]},
    "channel_post": {"message_id": 1, "date": DATE, "chat": CHANNEL, "text": "x"},
    "edited_channel_post": {"message_id": 1, "date": DATE, "chat": CHANNEL, "text": "x"},
    "inline_query": {"id": "1", "from": PERSON, "query": "x", "offset": ""},
    "chosen_inline_result": {"result_id": "1", "from": PERSON, "query": "x"},
    "shipping_query": {"id": "1", "from": PERSON, "invoice_payload": "p",
                       "shipping_address": {"country_code": "TW", "state": "", "city": "Taipei",
                                            "street_line1": "", "street_line2": "",
                                            "post_code": ""}},
    "pre_checkout_query": {"id": "1", "from": PERSON, "currency": "XTR", "total_amount": 1,
                           "invoice_payload": "p"},
    "poll": POLL,
    "poll_answer": {"poll_id": "1", "user": PERSON, "option_ids": [0],
                    "option_persistent_ids": ["a"]},
    "chat_member": CHAT_CHANGE | {"chat": GROUP, "new_chat_member": LEFT},
    "chat_join_request": {"chat": GROUP, "from": PERSON, "user_chat_id": 5, "date": DATE},
    "chat_boost": {"chat": CHANNEL, "boost": {"boost_id": "1", "add_date": DATE,
                   "expiration_date": DATE, "source": {"source": "premium", "user": PERSON}}},
    "removed_chat_boost": {"chat": CHANNEL, "boost_id": "1", "remove_date": DATE,
                           "source": {"source": "premium", "user": PERSON}},
    "message_reaction_count": {"chat": CHANNEL, "message_id": 1, "date": DATE, "reactions": []},
    "business_connection": {"id": "1", "user": PERSON, "user_chat_id": 5, "date": DATE,
                            "is_enabled": True},
    "business_message": message(text="x", business_connection_id="1"),
    "edited_business_message": message(text="x", business_connection_id="1"),
    "deleted_business_messages": {"business_connection_id": "1", "chat": CHAT, "message_ids": [1]},
    "purchased_paid_media": {"from": PERSON, "paid_media_payload": "x"},
    "managed_bot": {"user": PERSON, "bot": BOT},
    "guest_message": message(text="x", guest_query_id="1"),
}  # fmt: skip
"""One update of every kind."""
