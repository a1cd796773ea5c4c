"""Pages and their forms as a browser without scripts has them: signed in, filled in by the names of fields, sent with all that is hidden."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from services.eventlog.ids import uuid7

PAPER = ("paper.pdf", b"a signed paper", "application/pdf")


@dataclass(kw_only=True)
class HtmlForm:
    """A form of a page: where it goes, what it would send as it stands, what may be chosen, what has to be filled in."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What the form has in a field."""
        return next((value for one, value in self.values if one == name), "")


class _Reader(HTMLParser):
    """Gathers the forms of a page, the fields outside of them that belong to one by its id, and the text of ``main``."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._by_id: dict[str, HtmlForm] = {}
        self._open: HtmlForm | None = None
        self._select = ""
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element; attributes without a value are those that are there or not."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = HtmlForm(action=told.get("action", ""), method=told.get("method", "get"))
            self.forms.append(self._open)
            self._by_id[told.get("id", "")] = self._open
        form = self._by_id.get(told["form"]) if told.get("form") else self._open
        if form is None:
            return
        name = told.get("name", "")
        if "required" in told and name:
            form.required.append(name)
        if tag == "input" and name:
            self._input(form, name, told)
        elif tag == "select":
            self._select = name
            form.choices[name] = []
        elif tag == "option" and self._select and "value" in told:
            form.choices[self._select].append(told["value"])
            if "selected" in told or len(form.choices[self._select]) == 1:
                form.values = [one for one in form.values if one[0] != self._select] + [(self._select, told["value"])]
        elif tag == "textarea":
            self._area = name
            form.values.append((name, ""))

    def _input(self, form: HtmlForm, name: str, told: Mapping[str, str]) -> None:
        kind = told.get("type", "text")
        if kind == "file":
            form.files.append(name)
        elif kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(told.get("value", "on"))
            if "checked" in told:
                form.values.append((name, told.get("value", "on")))
        else:
            form.values.append((name, told.get("value", "")))

    def handle_data(self, data: str) -> None:
        """What stands in a field of several lines."""
        if self._area and self._open:
            self._open.values = [one for one in self._open.values if one[0] != self._area]
            self._open.values.append((self._area, data))

    def handle_endtag(self, tag: str) -> None:
        """The end of a form or of a field with contents."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = None


def forms_of(page: str) -> list[HtmlForm]:
    """The forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


@dataclass(kw_only=True)
class Desk:
    """Somebody signed in, at the page that was opened last."""

    client: httpx.Client
    page: str = ""

    def open(self, path: str) -> str:
        """Open a page; it must be served."""
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[-2000:]}"
        self.page = answer.text
        return self.page

    def forms(self, ending: str) -> list[HtmlForm]:
        """The forms of the page that change something at an address with this end."""
        return [one for one in forms_of(self.page) if one.method == "post" and one.action.endswith(ending)]

    def send(
        self, ending: str, nth: int = 0, *, refused: bool = False, also: Mapping[str, str] | None = None, **filled: Any
    ) -> str:
        """Fill in and send the page's form to `ending`, as it is but for what is `filled`; the page that answers.

        Files that are asked for are chosen by themselves; what a browser would not send unfilled is told. `also`: more
        fields, whose names are no words of Python.
        """
        filled |= also or {}
        found = self.forms(ending)
        assert len(found) > nth, f"no form to {ending}; there are {[one.action for one in forms_of(self.page)]}"
        form = found[nth]
        files = {name: filled.pop(name, PAPER) for name in form.files if name in form.required or name in filled}
        sent: dict[str, list[str]] = {}
        for name, value in form.values:
            if name not in filled:
                sent.setdefault(name, []).append(value)
        for name, value in filled.items():
            sent[name] = value if isinstance(value, list) else [value]
        missing = [name for name in form.required if name not in files and not any(sent.get(name, ()))]
        assert not missing, f"a browser would ask for {missing}"
        answer = self.client.post(form.action, data=sent, files=files or None)
        assert (answer.status_code >= 400) == refused, f"{form.action}: {answer.status_code} {main_of(answer.text)}"
        self.page = answer.text
        return self.page


def main_of(page: str) -> str:
    """The words of a page's main part."""
    begin = page.find("<main")
    parts: list[str] = []

    class Words(HTMLParser):
        def handle_data(self, data: str) -> None:
            parts.append(data)

    Words().feed(page[begin:])
    return " ".join(" ".join(parts).split())


def sit_at(url: str, account: str, password: str) -> Desk:
    """Sign in by the form."""
    client = httpx.Client(base_url=url, follow_redirects=True, timeout=60)
    answer = client.post("/sign-in", data={"account": account, "password": password, "next": "/"})
    if answer.status_code != 200 or "/sign-in" in str(answer.url):
        client.close()
        raise AssertionError(f"{account} could not sign in: {answer.status_code}")
    return Desk(client=client, page=answer.text)


def newcomer(sit: Callable[..., Desk], acts_as: str, role: str, town: str = "") -> Desk:
    """Somebody with an account of their own, opened and granted by two administrators, the password changed by them."""
    account, own = f"new-{uuid7().hex[-8:]}", f"own-{uuid7().hex}"
    system, security = sit("system"), sit("security")
    system.open("/accounts")
    told = system.send("/accounts", account=account, acts_as=acts_as)
    first = re.findall(r"<code[^>]*>([A-Za-z0-9_\-]{16})</code>", told)[0]
    for _ in range(60):
        security.open(f"/accounts?q={account}")
        if security.forms(f"/accounts/{account}/grant"):
            break
        time.sleep(0.3)
    security.send(f"/accounts/{account}/grant", role=role, town=town)
    desk = sit(account, first)
    desk.open("/password")
    desk.send("/password", old=first, new=own, again=own)
    return sit(account, own)
