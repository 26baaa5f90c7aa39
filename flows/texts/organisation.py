"""Who answers in this chat."""

from bot.text import _, pgettext

WHO_ARE_YOU = pgettext("button", "Who are you?")

# Translators: {organisation} e.g. Garden of Light Foundation; {hours} e.g. every day
# 09:00-21:00; {contact} e.g. www.example.org
PEOPLE = _(
    "A bot asks the questions here. People from "
    "{organisation} read and answer. We are not the police and not the government.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)
# Translators: {organisation} e.g. Labor Department of the city; {hours} e.g. every day
# 09:00-21:00; {contact} e.g. www.example.org
OFFICE = _(
    "A bot asks the questions here. People from "
    "{organisation} read and answer. It is a government office in Taiwan.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)
# Translators: {organisation} e.g. National Immigration Agency; {hours} e.g. every day
# 09:00-21:00; {contact} e.g. www.example.org
POLICE = _(
    "A bot asks the questions here. People from "
    "{organisation} read and answer. It is a government office in Taiwan with police duties.\n"
    "When people read: {hours}\nYou can also reach us: {contact}"
)

# Translators: safety sentence [f]. {organisation} e.g. Garden of Light Foundation. "Can read"
# is an ability; a Telegram account, not a bank account. Quote the word on the button exactly.
FIRST = _(
    "A bot asks, people from {organisation} answer. We are not police or government.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)
# Translators: safety sentence [f], as above. {organisation} e.g. Labor Department of the city.
OFFICE_FIRST = _(
    "A bot asks, people from {organisation} answer. It is a government office in Taiwan.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)
# Translators: safety sentence [f], as above. {organisation} e.g. National Immigration Agency.
POLICE_FIRST = _(
    "A bot asks, people from {organisation} answer. It is a government office in Taiwan with "
    "police duties.\n"
    "Telegram and anyone with your phone or Telegram account can read this chat. If someone sees "
    "it now, press “Clear chat” and write later."
)

# Translators: {partner} e.g. Harbour House, the organisation that shares our link. Its name
# stands at the end: a locked screen shows only the beginning. "Agree" to tell them something.
PARTNER_LINK_USED = _(
    "We do not tell the people who gave you the link that you wrote. From us they get nothing of "
    "this chat unless you agree or the law says we must. The link came from: {partner}"
)
# Translators: for people who did not come by the link of an organisation.
NO_PARTNER_LINK = _(
    "We do not tell the people who told you of this chat that you wrote. From us they get nothing "
    "of it unless you agree or the law says we must."
)

# Translators: the program of this bot, which anyone may have. {source} is a web address.
SOURCE_CODE = _("Anyone may read and copy the program behind this bot: {source}")
# Translators: as above. {contact} e.g. www.example.org
SOURCE_ON_REQUEST = _(
    "Anyone may read and copy the program behind this bot. To get it, ask: {contact}"
)
