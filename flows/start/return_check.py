"""The safety check after a silence, before the open question is asked again."""

from bot.conversation import Choose, Decide, End, Flow, Outcome, Say
from flows.start.welcome import Welcome


class ReturnCheck(Flow):
    """The check of the welcome flow in the same words; no earlier answer is shown."""

    former_names = ("again",)
    title = Welcome.title

    seen = Choose(Welcome.seen.prompt, why=Welcome.seen.why, choices=Welcome.seen.choices)
    careful = Say(Welcome.careful.text, when=~seen.was("nobody"))
    go_on = Decide(
        Welcome.go_on.prompt,
        why=Welcome.go_on.why,
        choices=Welcome.go_on.choices,
        when=~seen.was("nobody"),
    )
    until_later = End(Welcome.until_later.text, Outcome.STOPPED, when=go_on.was("pause"))
    end = End(None)
