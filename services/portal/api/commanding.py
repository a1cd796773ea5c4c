"""One door for every form that issues a command: done once, told beside the form when refused, and back to the page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, go, own_path
from services.portal.api.forms import Form, Names, body_of
from services.portal.asking import ServiceSaid

Lists = Callable[[Visitor], Awaitable[Mapping[str, Names]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Forms of one area of the portal: under which address they are sent, and which page shows that they were done.

    `seen_at`: by service, a model that is asked with the command's id, so that the next page shows what was done.
    """

    path: str
    forms: Mapping[str, Form]
    seen_at: Mapping[str, str]
    lists: Lists


def forms_door(door: Door, area: Area) -> None:
    """Open ``POST <path>/do/<command>`` for the roles of any of the area's forms."""

    async def issue(visitor: Visitor) -> Response:
        form = area.forms.get(visitor.request.path_params["command"])
        if form is None or visitor.session.role not in form.roles:
            raise Problem(status=403, code="wrong-role", zh="您的岗位不能办理此项", en="your role may not do this")
        back = own_path(visitor.text("back"), area.path)
        commandid = visitor.text("commandid") or str(uuid7())
        try:
            body = body_of(form, visitor.form)
            outcome = await visitor.services.command(form.service, body, commandid=commandid)
        except (ServiceSaid, Problem) as said:
            return await _again(door, visitor, area, form, said, back)
        await _seen(visitor, form, area, str(outcome.get("commandid", commandid)))
        mark = "&" if "?" in back else "?"
        return go(f"{back}{mark}done={quote(form.command)}", visitor)

    roles = frozenset().union(*(form.roles for form in area.forms.values()))
    door.page(f"{area.path}/do/{{command}}", issue, roles=roles, methods=("POST",))


async def _again(
    door: Door, visitor: Visitor, area: Area, form: Form, said: ServiceSaid | Problem, back: str
) -> Response:
    """The form again with what was typed, and beside it why it was not taken; a new try has a new id."""
    errors: list[dict[str, Any]] = (
        said.errors
        if isinstance(said, ServiceSaid)
        else [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in said.errors]
    )
    typed = {key: value for key, value in visitor.form.items() if isinstance(value, str)}
    return door.shown(
        visitor, "finance/again.html", status=said.status, form=form, said=said, errors=errors, typed=typed, back=back,
        area_path=area.path, lists=await area.lists(visitor), new_id=new_id,
    )  # fmt: skip


async def _seen(visitor: Visitor, form: Form, area: Area, commandid: str) -> None:
    """Wait until the models show it; what takes longer is seen at the next look."""
    try:
        await visitor.services.get(form.service, area.seen_at[form.service], after=commandid, limit=1)
    except (ServiceSaid, Problem):
        return


def new_id() -> str:
    """A command id for a form that is being shown: sent twice, it is done once."""
    return str(uuid7())


def told(visitor: Visitor, area: Area) -> Form | None:
    """The form that was just done, by the address the visitor came back to."""
    return area.forms.get(visitor.request.query_params.get("done", ""))


ROWS_MAX: Final = 1_000
