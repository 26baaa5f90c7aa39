"""What a person's own words mean in this conversation.

Each part holds those before it in this list, never one after it.

    typed_place       what a text means where a place or an age is asked
    meant_choice      which button of the open question a typed text means
    typed_text        what a typed text is: command, label, number, free text
    story_offer       a caseworker, offered for words that answer no question
    asked_questions   questions that a person asks, and what holds now about them
"""
