"""One turn: an update of a person, a caseworker's command or a hashed passphrase is answered.

A turn reads no clock and no network, and the database only through `HotlineAdapter`. What follows
from it are values (`bot.dispatch.effects`) that `batch` stores.

`turn.TurnHandler` puts the parts together. Every part holds the one `TurnContext` and the parts
before it in this list, never one after it; so none inherits from another, and none calls back.

    context              the turn: conversation, facts, effects, services, hotline
    replies              what the bot says, and what disappears from the phone again
    drafts               what is not sent: kept, opened again, hidden, erased
    talk                 what passes between a person and a caseworker, a package of its own
    session              when a session is suspended, ends, or is resumed
    engine_driver        calls of the engine, and what follows when a flow has ended
    words                what a person's own words mean, a package of its own
    flood_control        store every message, reply once per burst
    passphrase_handler   passphrases on their way to be hashed, and the result
    command_handler      slash commands and alarming words
    press_handler        buttons
    message_handler      text, files, places, contacts, edits
    staff_actions        what caseworkers do in the chat
    turn                 the order of all that

`flow_names`, `outcome_rules` and `slash_commands` are tables.
"""
