"""Texts of the public site that no conversation has; all others are those of the flows.

A page is read where others may see it, so the title says only where it is about. `bot/site/` puts
the pages together.
"""

from bot.text import _, pgettext

# Translators: the title of every page, also in the list of visited pages, where anyone may read it.
TITLE = _("Living and working in Taiwan")
# Translators: closes what can be seen at once. Stands at the top of every page.
LEAVE = pgettext("button", "Leave this page")
OPEN_CHAT = pgettext("site", "Open the chat")
# Translators: the first page of a website; its content is how to begin to write.
HOME = pgettext("site", "Write to us")
# Translators: the page that says how to know that a chat is really ours.
GENUINE = pgettext("site", "Is it the real chat?")
# Translators: the page on what stays on the phone after reading: the history of the browser.
TRACES = pgettext("site", "What your phone keeps")
POSTERS = pgettext("site", "Posters to print")
# Translators: a heading over things that happen at work.
AT_WORK = pgettext("site", "At work")
# Translators: a heading over things such as not being allowed to go out.
FREEDOM = pgettext("site", "Freedom and safety")
# Translators: a heading over situations such as factory, farm, fishing boat.
BY_SITUATION = pgettext("site", "In your situation")
# Translators: a heading over what holds for all people.
FOR_ALL = pgettext("site", "For everyone")

# Translators: stands over texts of the chat that are shown on a web page.
CHAT_MEANT = _("Where these texts say that you can do something here, they mean the chat.")
# Translators: {handle} is the bot's name on Telegram, e.g. @haven_bot.
OFFICIAL = _("The only name of this chat on Telegram: {handle}")
# Translators: a QR code stands above it.
SCAN = _("Open it with the camera of another phone, or write the name down.")
# Translators: {address} is a web address, e.g. t.me/haven_bot.
SAME_ADDRESS = _(
    "The address is {address}. Compare it letter by letter before you open it. One that is nearly "
    "the same belongs to others."
)
# Translators: we never write first, from an account that the person does not know.
YOU_BEGIN = _(
    "You always begin this chat yourself. If an account writes to you first and says that it is "
    "this chat, it is not ours."
)
# Translators: this web page; "who runs" is e.g. the boss, or the dormitory.
PAGE_KEEPS = _(
    "This page stores nothing on your phone and loads nothing from other places. Who runs the "
    "Wi-Fi can see the name of the website, as with every page."
)
# Translators: the history of the browser. Quote the words on the button exactly.
HISTORY = _(
    "Your phone notes the pages you open. “Leave this page” shows another page instead. It does "
    "not remove that note."
)
# Translators: the history, and the private or incognito window, of a browser.
REMOVE_HISTORY = _(
    "To remove the note, open the history of your browser and delete this page there. Next time "
    "you can use a private window: it keeps no history."
)
# Translators: someone who controls the person looks at their phone.
EMPTY_HISTORY = _(
    "If someone looks at your phone often, an empty history can be noticed as well. Delete single "
    "pages, or read on the phone of someone you trust."
)
# Translators: above a list such as papers taken away, threats.
SIGNS = _(
    "Some things that happen at work or at home are not allowed in Taiwan, or may not be. One of "
    "these can be enough to ask."
)
# Translators: stands over the answers of a quiz.
CHOOSE_ANSWER = _("Choose an answer to read what is true.")
# Translators: {day} is a date. About a phone number.
READ_ON = _("Read in a public source on {day}.")
# Translators: {day} is a date.
MADE_ON = _("This page was made on {day}.")
HANG_POSTERS = _(
    "You may print these and hang them up where people are alone for a moment, such as toilets "
    "and washrooms."
)
