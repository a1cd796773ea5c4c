"""Erasing a person (个人信息删除): a caseworker registers the request, the bureau's leader approves or refuses, the register tells what was done."""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from services.contracts.erasure_words import AGAINST
from services.portal.api.bureau_forms import ERASURES, GROUNDS
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.menu import BUREAU
from services.portal.api.posting import forms_door, made_no, told

_PATH: Final = "/bureau/erasures"
STATUSES: Final[dict[str, tuple[str, str, str]]] = {
    "requested": ("待审批", "to be decided", "warn"),
    "approved": ("已批准，正在删除", "approved, being deleted", "warn"),
    "refused": ("不予删除", "refused", "bad"),
    "done": ("已依法删除", "erased by law", "good"),
}
GROUPS: Final[Names] = {
    "identity": ("身份与联系信息", "identity and contact"), "sensitive": ("收入、健康等敏感信息", "income, health and the like"),
    "retention": ("会计凭证所依据的账户信息", "accounts that vouchers rest on"),
}  # fmt: skip


def routes(door: Door) -> None:
    """Put the page of erasures beside the others."""

    async def listed(visitor: Visitor) -> Response:
        rows = await visitor.services.all_rows("intake", "/v1/erasures")
        rows.sort(key=lambda one: (one["requested_on"], one["key"]), reverse=True)
        rows.sort(key=lambda one: one["status"] != "requested")
        return door.shown(
            visitor, "bureau/erasures.html", rows=rows, statuses=STATUSES, against=AGAINST, groups=GROUPS, grounds=GROUNDS,
            forms=ERASURES, today=await door.today(), number=made_no("SC"), area_path=_PATH, **told(visitor),
        )  # fmt: skip

    async def offered(_: Visitor) -> Mapping[str, Names]:
        return {}

    forms_door(door, _PATH, ERASURES, offered)
    door.page(_PATH, listed, roles=BUREAU)
