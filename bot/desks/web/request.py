"""Request to the desk, with its session and the answers a handler can return."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.desks.web.assets import static_path
from bot.desks.web.form_nonces import NONCE_FIELD, new_nonce
from bot.desks.web.routes import Permission
from bot.desks.web.templates import render_template
from bot.errors import HavenError
from bot.store.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from bot.desks.locale import StaffLocale
    from bot.desks.web.auth.sessions import DeskSession
    from bot.desks.web.context import DeskContext
    from bot.desks.web.live.delayed_letters import DelayedLetter, UnsentMessage
    from bot.desks.web.live.lapsed_claims import LapsedClaim
    from bot.desks.web.queue.emergencies import EmergencyNotice
    from bot.desks.web.queue.queries import QueueCounts
    from bot.desks.web.routes import Route
    from bot.hotline.queue.own_cases import OwnCase
    from bot.hotline.staff.shift_notice import ShiftNotice
    from bot.hotline.staff.staff import Caseworker
    from bot.places.checks import CheckableFact
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.key_requests import KeyRequest
    from bot.vault.keys.keyring import Keyring

__all__ = ["DeskRequest", "NotFoundError", "Response"]
T = TypeVar("T")
FETCH_HEADER = "x-haven"
"""Header of requests made by the desk's scripts; a form of another site cannot send it."""
SESSION_COOKIE, BROWSER_COOKIE, LANGUAGE_COOKIE = (
    "__Host-haven", "__Host-haven-known", "__Host-haven-language"
)  # fmt: skip
YEAR_SECONDS = 365 * 24 * 3600


class NotFoundError(HavenError):
    """The address or object does not exist, or the caseworker has no access to it."""


class ToldError(HavenError):
    """A request cannot be met, for a reason that the caseworker reads."""

    def __init__(self, told: Text) -> None:
        super().__init__(str(told))
        self.told = told


@dataclass
class DeskRequest:
    """One request, and the session it belongs to."""

    http: Request
    context: DeskContext
    route: Route
    locale: StaffLocale
    nonce: str
    now: int
    session: DeskSession | None = None
    session_secret: bytes = b""
    signed_in: Caseworker | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    uploaded: bytes | None = None
    """The file of the form; None for none."""
    preferences: Mapping[str, str] = field(default_factory=dict)
    held_replies: frozenset[str] = frozenset()
    """References of cases in which a caseworker's message waits for the person."""
    unconfirmed_replies: frozenset[str] = frozenset()
    """Those of them in which it waits until a caseworker confirms who writes."""
    queue_counts: QueueCounts | None = None
    """How many cases are in each list, which the bar of every page shows."""
    own_cases: Sequence[OwnCase] = ()
    lapsed_claims: Sequence[LapsedClaim] = ()
    """Cases of the caseworker that went back to the queue a while ago, not worked on in time."""
    """The caseworker's own cases, which every page shows."""
    delayed: Sequence[DelayedLetter] = ()
    """What the caseworker sent and can still undo, which every page shows."""
    unsent: Sequence[UnsentMessage] = ()
    """What the caseworker sent and was refused after its page was left, which every page shows."""
    emergencies: Sequence[EmergencyNotice] = ()
    """Emergencies the caseworker would be alerted to, which every page shows."""
    shift_notice: ShiftNotice | None = None
    """What every page says about the caseworker's shift."""
    form_nonce: str = field(default_factory=new_nonce)
    """The nonce of the forms on the page that is drawn."""
    findings: Findings = field(default_factory=Findings)
    """What is wrong with the bot's surroundings, which every page shows."""
    wrong_facts: Sequence[CheckableFact] = ()
    """Numbers and organisations that one colleague found wrong, which supervisors see."""
    key_requests: Sequence[KeyRequest] = ()
    """Keys that wait for a colleague's approval, which every page shows to those who read cases."""
    has_partner_key_requests: bool = False
    """Whether keys of members of partners wait, which every page shows to those who read cases."""
    position: str = ""
    """Position of the event log before anything was read."""

    @property
    def caseworker(self) -> Caseworker:
        """Return the signed-in caseworker; raise NotFoundError if there is none."""
        if self.signed_in is None:
            raise NotFoundError("not signed in")
        return self.signed_in

    @property
    def current_session(self) -> DeskSession:
        """Return the session; raise NotFoundError if the request is not signed in."""
        if self.session is None:
            raise NotFoundError("not signed in")
        return self.session

    @property
    def csrf(self) -> str:
        """Return the CSRF token of the session; empty before sign-in."""
        return self.session.csrf_token if self.session is not None else ""

    @property
    def sent_nonce(self) -> str:
        """Return the nonce of the form that was sent; empty for none."""
        return self.form.get(NONCE_FIELD, "")

    @property
    def writes_refused_since(self) -> int:
        """The moment since which the database takes no writes, microseconds; 0 while it does."""
        return self.context.writes_refused_since

    @property
    def is_fetched(self) -> bool:
        """Whether a script of the desk made the request."""
        return FETCH_HEADER in self.http.headers

    @property
    def is_for_page(self) -> bool:
        """Whether a whole page of the desk is asked for, not a part of one."""
        is_part = self.route.is_pane or self.route.is_background or self.is_fetched
        return not is_part and self.route.permission is not Permission.PUBLIC

    async def read(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work that only reads, and return its result."""
        return await self.context.read_pool.run(unit)

    async def write(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work in one transaction, and return its result."""
        return await self.context.database.writer.run(unit)

    def find_active(self, work: Work, who: str) -> Caseworker | None:
        """Return a caseworker with access; None for none, and for text that is no id."""
        found = self.context.staff.find(work, who) if who.isalnum() else None
        return found if found is not None and found.is_active else None

    def keyring(self) -> Keyring | None:
        """Return the caseworker's keys, unlocked for this request."""
        return self.context.sessions.unlock_keyring(self.current_session, self.session_secret)

    async def audit(self, action: str, subject: str, detail: str = "", *, actor: str = "") -> None:
        """Write a row to the audit log; the actor is the caseworker unless another is named."""
        who, now, log = actor or self.caseworker.id, self.now, self.context.audit
        await self.write(lambda work: log.record(work, now, who, action, subject, detail))

    async def audit_and_keep(self, note: Callable[[Work], None]) -> None:
        """Write to the audit log, and in the same transaction what the session keeps."""
        await self.context.sessions.keep(self.current_session, self.session_secret, note)

    def own_case(self, reference: str) -> OwnCase | None:
        """Return one of the caseworker's own cases by its number; None if it is not listed."""
        return next((it for it in self.own_cases if it.reference == reference), None)

    def url(self, path: str) -> str:
        """Return a path of the desk with its prefix."""
        return f"{self.context.root}{path}"

    def static_url(self, name: str) -> str:
        """Return the address of a stylesheet or script, which changes with its content."""
        return self.url(static_path(name))

    def param(self, name: str) -> str:
        """Return a path parameter; empty for none."""
        return str(self.http.path_params.get(name, ""))

    # --- Answers ------------------------------------------------------------------------------

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page or a pane."""
        page = render_template(
            template, request=self, say=self.locale, url=self.url, static=self.static_url, **values
        )
        return HTMLResponse(page, status)

    def redirect(self, path: str) -> Response:
        """Return a redirect to a path of the desk."""
        return RedirectResponse(self.url(path), 303)

    def json(self, status: int = 200, **values: Any) -> Response:
        """Return values for a script of the desk."""
        return JSONResponse(values, status)

    def flash(self, text: Text, *, is_refused: bool = False, **values: str) -> None:
        """Show a message on the next page."""
        self.current_session.flashes.append((self.locale(text, **values), is_refused))

    def redirect_to_step_up(self, back: str) -> Response:
        """Return a redirect to the step-up page, which then leads back."""
        path = f"/step-up?back={quote(back, safe='/')}"
        if self.is_fetched:
            return self.json(HTTPStatus.FORBIDDEN, go=self.url(path))
        return self.redirect(path)

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
        )
