"""Who answers in this chat."""

from bot.text import _, pgettext

WHO_ARE_YOU = pgettext("button", "Who are you?")

PEOPLE = _(
    # Translators: {organisation} e.g. Garden of Light Foundation; {hours} e.g. every day
    # 09:00-21:00; {contact} e.g. www.example.org
    "A bot asks the questions here. People from "
    "{organisation} read and answer. We are not the police and not the government.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)
OFFICE = _(
    # Translators: {organisation} e.g. Labor Department of the city; {hours} e.g. every day
    # 09:00-21:00; {contact} e.g. www.example.org
    "A bot asks the questions here. People from "
    "{organisation} read and answer. It is a government office in Taiwan.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)
POLICE = _(
    # Translators: {organisation} e.g. National Immigration Agency; {hours} e.g. every day
    # 09:00-21:00; {contact} e.g. www.example.org
    "A bot asks the questions here. People from "
    "{organisation} read and answer. It is a government office in Taiwan with police duties.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)

FIRST = _(
    # Translators: {organisation} e.g. Garden of Light Foundation. Safety sentence [f]: "can read"
    # is an ability; a Telegram account, not a bank account. Quote the word on the button exactly.
    "A bot asks, people from {organisation} answer. We are not police or government.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)
OFFICE_FIRST = _(
    # Translators: {organisation} e.g. Labor Department of the city. As above.
    "A bot asks, people from {organisation} answer. It is a government office in Taiwan.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)
POLICE_FIRST = _(
    # Translators: {organisation} e.g. National Immigration Agency. As above.
    "A bot asks, people from {organisation} answer. It is a government office in Taiwan with "
    "police duties.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)

PARTNER_LINK_USED = _(
    # Translators: {partner} e.g. Harbour House, the organisation that shares our link. Its name
    # stands at the end: a locked screen shows only the beginning. "Agree" to tell them something.
    "We do not tell the people who gave you the link that you wrote. From us they get nothing of "
    "this chat unless you agree or the law says we must. The link came from: {partner}"
)
NO_PARTNER_LINK = _(
    # Translators: for people who did not come by the link of an organisation.
    "We do not tell the people who told you of this chat that you wrote. From us they get nothing "
    "of it unless you agree or the law says we must."
)
