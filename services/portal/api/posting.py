"""What becomes of a form that was sent: its command issued once, shown again with what was typed when refused, and on to the page."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, go, own_path
from services.portal.api.forms import Form, Names, filled_in
from services.portal.asking import ServiceSaid

COMMAND: Final = "commandid"
Lists = Callable[[Visitor], Awaitable[Mapping[str, Names]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form was not taken, to be shown beside it."""

    status: int
    code: str
    zh: str
    en: str
    errors: list[dict[str, Any]]


Again = Callable[[Visitor, Refusal], Awaitable[Response]]


def refusal(error: ServiceSaid | Problem) -> Refusal:
    """What a service, or the form itself, objected to. One that does not answer is no objection: it is raised on."""
    if error.status >= 500:
        raise error
    if isinstance(error, ServiceSaid):
        return Refusal(status=error.status, code=error.code, zh=error.zh, en=error.en, errors=error.errors)
    errors = [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in error.errors]
    return Refusal(status=error.status, code=error.code, zh=error.zh, en=error.en, errors=errors)


def by_label(no: Refusal, form: Form) -> Refusal:
    """A refusal whose errors name the form's own fields as people see them; what the form said itself begins with its label."""
    labels = {field.name: (field.zh, field.en) for field in form.fields}
    errors = []
    for one in no.errors:
        label = labels.get(one["pointer"].strip("/").partition("/")[0], ())
        said = label and one["detail"].startswith(label[0])
        errors.append({**one, "label": () if said else label, "plain": bool(said)})
    return replace(no, errors=errors)


def new_id() -> str:
    """A command id for a form that is being shown: sent twice, it is decided once."""
    return str(uuid7())


def made_no(prefix: str) -> str:
    """A number that nobody else makes, for a form that is being shown: ``GD-4f21a09c``."""
    return f"{prefix}-{new_id().replace('-', '')[-8:]}"


def new_number(day: date, prefix: str) -> str:
    """A number that nobody else makes: what it is of, the day, and the end of an id."""
    return f"{prefix}{day:%Y%m%d}-{new_id()[-8:]}"


def next_number(letter: str, known: Iterable[str]) -> str:
    """The number after the highest one: ``O199`` after ``O198``."""
    highest = max((int(one[1:]) for one in known if one[1:].isdigit()), default=0)
    return f"{letter}{highest + 1:03d}"


def own_number(letters: str, commandid: str) -> str:
    """A number that nobody else makes, of the end of the form's own id: the form sent twice makes it again."""
    return f"{letters}{commandid.replace('-', '')[-12:]}"


def told(visitor: Visitor, no: Refusal | None = None) -> dict[str, Any]:
    """What every page with forms is given: ids for them, what was typed and refused just now, or what was done."""
    return {
        "status": no.status if no else 200, "problem": no, "errors": no.errors if no else [], "typed": visitor.form,
        "new_id": new_id, "done": visitor.request.query_params.get("done", ""),
    }  # fmt: skip


def named(forms: Mapping[str, Form], what: str) -> Form:
    """The form of an address; a `Problem` where there is none."""
    if what not in forms:
        raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
    return forms[what]


async def take(visitor: Visitor, form: Form, back: str, again: Again, **given: Any) -> Response:
    """Issue the form's command in the visitor's name, once, and go on to `back`; `again` shows the form that was refused.

    `given` are the parts of the command that the page knows.
    """
    try:
        if visitor.session.role not in form.roles:
            raise Problem(status=403, code="wrong-role", zh="您的岗位不能办理此项", en="your role may not do this")
        body = {**await filled_in(form, visitor.form), **given}
        return await issue(visitor, form.service, body, back)
    except (ServiceSaid, Problem) as error:
        return await again(visitor, by_label(refusal(error), form))


async def issue(visitor: Visitor, service: str, body: Mapping[str, Any], back: str) -> Response:
    """Issue a command with the id of the form that was sent, and go on to where its result is shown."""
    outcome = await visitor.services.command(service, body, commandid=visitor.text(COMMAND))
    mark = "&" if "?" in back else "?"
    # What changed nothing is not waited for.
    shows = f"shows={service}:{outcome['commandid']}&" if outcome["facts"] else ""
    page, anchor, place = back.partition("#")
    return go(f"{page}{mark}{shows}done={quote(str(body['command']))}{anchor}{place}", visitor)


async def no_lists(_: Visitor) -> Mapping[str, Names]:
    """Of forms that offer nothing to choose from but what they say themselves."""
    return {}


def forms_door(door: Door, path: str, forms: Mapping[str, Form], lists: Lists) -> None:
    """Open ``POST <path>/do/<command>`` for the roles of any of the forms, which may stand on several pages.

    A form that was refused is shown by itself, with the way back to the page where it stood.
    """

    async def sent(visitor: Visitor) -> Response:
        form = forms.get(visitor.request.path_params["command"])
        if form is None or visitor.session.role not in form.roles:
            raise Problem(status=403, code="wrong-role", zh="您的岗位不能办理此项", en="your role may not do this")
        back = own_path(visitor.text("back"), path)

        async def again(visitor: Visitor, no: Refusal) -> Response:
            return door.shown(
                visitor, "form_again.html", form=form, area_path=path, back=back, lists=await lists(visitor),
                today=await door.today(), **told(visitor, no),
            )  # fmt: skip

        return await take(visitor, form, back, again)

    roles = frozenset().union(*(form.roles for form in forms.values()))
    door.page(f"{path}/do/{{command}}", sent, roles=roles, methods=("POST",))
