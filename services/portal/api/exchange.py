"""Files with other systems: open checks out to a register and its answers in; the municipal system's tables out, lists and warnings in."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.case_forms import LEADERS, without
from services.portal.api.cases import packs_of
from services.portal.api.door import Door, Visitor, download
from services.portal.api.exchange_forms import ANSWERS, CHECKS, COUNTED, LIST, TABLE, TABLES, WARNINGS
from services.portal.api.forms import Body, Form, filled_in
from services.portal.api.menu import BUREAU
from services.portal.api.posting import COMMAND, Refusal, refusal, told
from services.portal.asking import ServiceSaid

_PATH: Final = "/exchange"
# What goes out, and what comes in with the names of its address's parameters.
_OUT: Final[Mapping[str, tuple[Form, str]]] = {
    "checks": (CHECKS, "/v1/checks/exports"), "table": (TABLE, "/v1/municipal/exports"),
}  # fmt: skip
_IN: Final[Mapping[str, tuple[Form, str]]] = {
    "answers": (ANSWERS, "/v1/checks/answers"), "list": (LIST, "/v1/municipal/lists"), "warnings": (WARNINGS, "/v1/municipal/warnings"),
}  # fmt: skip


# What a service says only of a file whose lines it decided.
_DECIDED: Final = frozenset({"accepted", "opened", "taken"})


def table_for(role: str) -> Form:
    """The form of a table that goes out: names and numbers are the bureau's alone, so nobody else is asked."""
    return TABLE if role in BUREAU else without(TABLE, ("personal", "reason"))


def counts_of(told_of_file: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """What a service counted in a file, by the names of what it counts."""
    return {names: told_of_file[code] for code, names in COUNTED.items() if isinstance(told_of_file.get(code), int)}


def routes(door: Door) -> None:
    """Put the page of files beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None, taken: Body | None = None) -> Response:
        packs = await packs_of(visitor, "procedure", "municipal_exchange")
        lists = {
            "registers": words.choices(words.REGISTERS, packs["procedure"]["registers"]),
            "towns": await door.towns(),
            "tables": words.choices(TABLES, packs["municipal_exchange"]["tables"]),
        }  # fmt: skip
        return door.shown(
            visitor, "cases/exchange.html", out=_OUT, table=table_for(visitor.session.role), into=_IN, taken=taken, counts=counts_of(taken or {}),
            was_taken=not _DECIDED.isdisjoint(taken or {}), page=_PATH, lists=lists,
            today=await door.today(), **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def out(visitor: Visitor) -> Response:
        """A file of a service; with names in it the service states the export and its reason first."""
        try:
            form, path = _named(_OUT, visitor)
            body = await filled_in(form, visitor.form)
            body.pop("command")
            given = await visitor.services.paper("casework", path, body)
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        more = given.headers.get("jiuzhu-next", "")
        name = f"{visitor.request.path_params['what']}{f'-more-{more}' if more else ''}.{body.get('format', 'csv')}"
        return download(given.content, given.headers["content-type"], name)

    async def into(visitor: Visitor) -> Response:
        """A file for a service: looked through first, or taken; what is wrong is told by row."""
        try:
            form, path = _named(_IN, visitor)
            body = await filled_in(form, visitor.form)
            body.pop("command")
            content = body.pop("content")
            dry = "false" if body.pop("take") else "true"
            given = await visitor.services.send(
                "casework", path, content, commandid=visitor.text(COMMAND), dry_run=dry, **body
            )
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        return await shown(visitor, taken=msgspec.json.decode(given.content))

    door.page(_PATH, opened, roles=LEADERS)
    door.page(f"{_PATH}/out/{{what}}", out, roles=LEADERS, methods=("POST",))
    door.page(f"{_PATH}/in/{{what}}", into, roles=LEADERS, methods=("POST",))


def _named(forms: Mapping[str, tuple[Form, str]], visitor: Visitor) -> tuple[Form, str]:
    what = visitor.request.path_params["what"]
    if what not in forms:
        raise Problem(status=404, code="not-found", zh="没有这种文件", en="there is no such file")
    if visitor.session.role not in forms[what][0].roles:
        raise Problem(status=403, code="wrong-role", zh="您的岗位不能办理此项", en="your role may not do this")
    return forms[what]
