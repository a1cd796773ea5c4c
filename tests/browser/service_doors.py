"""The services' own doors of the running product, asked with a token of any role as another system would ask."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from deploy import installation
from deploy.embedded.home import open_home
from services.eventlog.auth import Identity, Tokens
from services.eventlog.ids import uuid7
from services.eventlog.keyring import opened
from tests.browser.product import Product


def ask(
    product: Product, service: str, path: str, role: str, *, actor: str = "", town: str | None = None,
    body: Mapping[str, Any] | str | None = None, headers: Mapping[str, str] | None = None, **query: object,
) -> httpx.Response:  # fmt: skip
    """One request in somebody's name: a question, or with a `body` a POST; without a `role` nobody's."""
    home = open_home(product.home)
    place = installation.locate(home)
    assert place is not None
    named = dict(headers or {})
    if role:
        with opened(home.keyring) as keyring:
            identity = Identity(actor=actor or f"{role}:X1", role=role, town=town)
            named["authorization"] = f"Bearer {Tokens(keyring).issue(identity, valid_for=timedelta(minutes=5))}"
    url = f"http://127.0.0.1:{getattr(place.ports, service)}{path}"
    wanted: Any = {"params": dict(query) or None, "headers": named, "timeout": 30}
    if body is None:
        return httpx.get(url, **wanted)
    return httpx.post(url, **wanted, **({"content": body} if isinstance(body, str) else {"json": body}))


def state(product: Product, service: str, actor: str, role: str, town: str, body: dict[str, object]) -> None:
    """A command as another system of the town or the bureau sends it."""
    answer = ask(
        product, service, f"/v1/commands/{body['command']}", role, actor=actor, town=town or None, body=body,
        headers={"idempotency-key": str(uuid7())},
    )  # fmt: skip
    assert answer.status_code in (200, 202), answer.text
