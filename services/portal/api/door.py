"""How every page is opened: who is signed in, may they, did the form come from here; and what is shown when it fails."""

import hmac
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from services.eventlog import listing, seeing
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import INSPECTOR, Identity
from services.eventlog.problems import Problem
from services.eventlog.shell import problem_of
from services.portal import store
from services.portal.api.help_words import TOURS, Step, terms_of
from services.portal.api.menu import ROLE_NAMES, groups_of, home_of
from services.portal.asking import InspectorTokens, Services, ServiceSaid, requested
from services.portal.identity_provider import IdentityProvider
from services.portal.rendering import LANGUAGES, Pages, say
from services.portal.rules import PACK, SignInRules
from services.portal.store import Session, figures

log = logging.getLogger(__name__)

_OF_ADDRESS: Final = ":/%#?=@[]!$&'()*+,"
# Who or what a sentence of audit's names, as a subject or an actor of the log.
_NAMED: Final = re.compile(r"\b[a-z]+(?:-[a-z]+)*:[A-Z][\w-]*", re.ASCII)
COOKIE: Final = "jiuzhu"
FORM_TOKEN: Final = "form_token"
TOUR: Final = "tour"
THEMES: Final = ("auto", "light", "dark")
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever opens a page: their session, how they want to read, and the services in their name."""

    request: Request
    session: Session
    language: str
    theme: str
    services: Services
    form: FormData

    def t(self, zh: str, en: str) -> str:
        """A sentence in the page's language."""
        return say(self.language, zh, en)

    def who(self, actor: str) -> str:
        """Who an actor is, short: the part after the role, that it is the visitor, or the system where nobody acted.

        A town's leader in charge has the town's code alone: it is said that the leader is meant.
        """
        if actor == self.session.acts_as:
            return self.t("本人", "you")
        role, _, rest = actor.partition(":")
        if role == "town-leader":
            return self.t(f"{rest} 分管领导", f"{rest} leader")
        return self.t("系统", "system") if role in ("timer", "reaction") else rest or actor

    def told(self, zh: str, en: str) -> str:
        """A sentence that audit wrote, in the page's language, with people and households in it by their number alone."""
        return _NAMED.sub(lambda found: self.who(found[0]), self.t(zh, en or zh))

    @property
    def town(self) -> str | None:
        """The town a town's role is bound to."""
        return self.session.town or None

    def text(self, name: str, default: str = "") -> str:
        """A field of the form that was sent."""
        value = self.form.get(name, default)
        return value.strip() if isinstance(value, str) else default


Handler = Callable[[Visitor], Awaitable[Response]]


class Door:
    """Opens pages: registers handlers for roles, fills templates, and shows what went wrong as a page that helps on."""

    def __init__(
        self, app: FastAPI, runtime: Runtime, http: httpx.AsyncClient, provider: IdentityProvider | None
    ) -> None:
        self.app, self.runtime, self._http, self.pages = app, runtime, http, Pages(runtime.settings.town_names)
        self._inspectors, self.provider = InspectorTokens(), provider

    def page(self, path: str, handler: Handler, *, roles: Collection[str], methods: Collection[str] = ("GET",)) -> None:
        """Open `path` for `roles`: others see why not, and whoever is not signed in is asked to."""

        async def endpoint(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                return self.to_sign_in(request)
            try:
                visitor = await self._visitor(request, session)
                if session.role not in roles:
                    raise Problem(
                        status=403, code="wrong-role", zh="您的岗位不能打开此页", en="this page is not for your role"
                    )
                if session.must_change_password and path not in ("/password", "/sign-out"):
                    return _go("/password", request)
                return await handler(visitor)
            except Exception as error:
                return self.failed(request, session, error)

        self.app.add_api_route(path, endpoint, methods=list(methods), include_in_schema=False)

    async def _visitor(self, request: Request, session: Session) -> Visitor:
        form = FormData()
        if request.method == "POST":
            require_same_origin(request)
            await request.body()  # kept, for those who read it otherwise than as a form
            form = await request.form()
            sent = form.get(FORM_TOKEN) or request.headers.get("x-form-token") or ""
            if not hmac.compare_digest(str(sent).encode(), session.form_token.encode()):
                raise Problem(
                    status=403, code="form-expired", zh="表单已过期，请刷新页面后重新提交", en="the form has expired; reload the page and send it again"
                )  # fmt: skip
        identity = Identity(actor=session.acts_as, role=session.role, town=session.town or None)
        seeing.note(request.method, identity)
        services = Services(
            http=self._http, urls=self.runtime.settings.service_urls, tokens=self.runtime.tokens, identity=identity,
            inspectors=self._inspectors, shows=shown_by(request),
        )  # fmt: skip
        if session.role == INSPECTOR and request.url.path not in ("/password", "/sign-out"):
            await services.token()  # nothing is shown without a grant, portal's own pages not either
        return Visitor(
            request=request, session=session, language=language_of(request), theme=theme_of(request),
            services=services, form=form,
        )  # fmt: skip

    async def unsigned(self, service: str, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """POST for somebody who is not signed in, to a door that asks for no token."""
        urls = self.runtime.settings.service_urls
        return await requested(self._http, urls, service, "POST", path, content=content, headers=headers)

    async def rules(self) -> SignInRules:
        """The rules of signing in that hold today."""
        return (await self.runtime.decider.rulebook()).on(PACK, await self.today(), SignInRules)

    async def today(self) -> date:
        """The day of the log's clock."""
        return await listing.today(self.runtime.pool)

    async def towns(self) -> dict[str, tuple[str, str]]:
        """The district's towns to choose from, by code: those with a name, and those anything was measured in."""
        with seeing.read_for(seeing.WHOLE_DISTRICT):  # which towns there are is no town's secret
            measured = await figures.towns(self.runtime.pool)
        names = self.runtime.settings.town_names
        return {code: (names.get(code, code),) * 2 for code in sorted({*names, *measured})}

    async def session(self, request: Request, *, touch: bool = True) -> Session | None:
        """The session of the cookie that came, if it lives; not `touch`: only looked at, so that it may idle on."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        idle = timedelta(minutes=(await self.rules()).idle_minutes)
        return await store.session_of(self.runtime.pool, secret, now=datetime.now(UTC), idle=idle, touch=touch)

    def shown(self, visitor: Visitor, template: str, *, status: int = 200, **shown: Any) -> Response:
        """A page for somebody who is signed in; in its template ``who(actor)`` is a person, short."""
        known = {"visitor": visitor, "who": visitor.who, **shown}
        return self.filled(visitor.request, visitor.session, template, status=status, **known)

    def filled(
        self, request: Request, session: Session | None, template: str, *, status: int = 200, **shown: Any
    ) -> Response:  # fmt: skip
        """A page with its frame: menu, languages, theme, and the sample's mark."""
        language = language_of(request)
        html = self.pages.filled(
            template,
            language=language,
            theme=theme_of(request),
            path=request.url.path,
            session=session,
            role_name=say(language, *ROLE_NAMES[session.role]) if session else "",
            menu=groups_of(session.role) if session else (),
            home=home_of(session.role) if session else "/",
            sample=self.runtime.settings.simulated_clock,
            district_name=self.runtime.settings.district_name,
            terms=terms_of(request.url.path) if session else (),
            tour=tour_for(request, session) if session else (),
            **shown,
        )
        return HTMLResponse(html, status_code=status, headers=SECURITY_HEADERS)

    def secure(self, request: Request) -> bool:
        """Whether cookies are for TLS alone: the request came by it, or portal's own address says so."""
        return request.url.scheme == "https" or (
            self.provider is not None and self.provider.client.portal_url.startswith("https:")
        )

    def to_sign_in(self, request: Request) -> Response:
        """To the sign-in page, and back to where one wanted to go."""
        wanted = quote(request.url.path, safe="/")
        return _go(f"/sign-in?next={wanted}" if request.method == "GET" else "/sign-in", request)

    def failed(self, request: Request, session: Session | None, error: Exception) -> Response:
        """What went wrong, in the reader's language, with what to do; a fragment where a fragment was asked for."""
        if isinstance(error, ServiceSaid):
            problem = Problem(status=error.status, code=error.code, zh=error.zh, en=error.en)
            errors = error.errors
        else:
            problem, errors = problem_of(error), []
            errors = [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in problem.errors]
        fragment = "hx-request" in request.headers
        return self.filled(
            request, session, "problem_part.html" if fragment else "problem.html", status=problem.status,
            problem=problem, errors=errors, trace=problem.extra.get("trace", ""),
        )  # fmt: skip


def shown_by(request: Request) -> tuple[str, str]:
    """The service and the command that the page has to show, as its address names them after a form was taken."""
    service, _, commandid = request.query_params.get("shows", "").partition(":")
    try:
        return service, str(uuid.UUID(commandid))
    except ValueError:
        return "", ""


def download(content: bytes, media_type: str, name: str = "", **headers: str) -> Response:
    """A file of a service to be kept, under `name` or as its headers say."""
    kept = {"content-disposition": f'attachment; filename="{name}"'} if name else {}
    return Response(content, media_type=media_type, headers={**SECURITY_HEADERS, **kept, **headers})


def tours_seen(request: Request) -> list[str]:
    """The roles whose first look around this browser has had."""
    return [role for role in request.cookies.get(TOUR, "").split(".") if role in TOURS]


def tour_for(request: Request, session: Session) -> tuple[Step, ...]:
    """The first look around of a role, on the page its day begins with, until it was put away or when it is asked for."""
    wanted = session.role not in tours_seen(request) or "tour" in request.query_params
    return TOURS.get(session.role, ()) if wanted and request.url.path == home_of(session.role) else ()


def language_of(request: Request) -> str:
    """The page's language: Chinese unless English was chosen."""
    wanted = request.cookies.get("language", LANGUAGES[0])
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def theme_of(request: Request) -> str:
    """Light, dark, or as the device is set."""
    wanted = request.cookies.get("theme", THEMES[0])
    return wanted if wanted in THEMES else THEMES[0]


def require_same_origin(request: Request) -> None:
    """Refuse a form that a page of another site sent: browsers say where it came from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem(
            status=403, code="other-origin", zh="请求来自其他网站，已拒绝", en="the request came from another site"
        )


def own_path(wanted: str, otherwise: str) -> str:
    """A path of this site to go on to; anything else, such as another site's address, is not followed."""
    plain = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if plain else otherwise


def _go(path: str, request: Request) -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={**SECURITY_HEADERS, "hx-redirect": quote(path, safe=_OF_ADDRESS)})
    return RedirectResponse(path, status_code=303, headers=SECURITY_HEADERS)


def paper_as_given(given: httpx.Response, **headers: str) -> Response:
    """A paper as its service made it, with the policy it brings: a page that runs nothing, fetches nothing, has its own style."""
    policy = given.headers.get("content-security-policy", CONTENT_SECURITY_POLICY)
    told = {**SECURITY_HEADERS, "content-security-policy": policy, **headers}
    return Response(given.content, media_type=given.headers["content-type"], headers=told)


def go(path: str, visitor: Visitor) -> Response:
    """To another page after a form was taken, so that reloading sends nothing twice."""
    return _go(path, visitor.request)
