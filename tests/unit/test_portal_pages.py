"""Proves what every page stands on: vendored scripts as published, templates without inline code, harmless JSON, safe ways on."""

import hashlib
import re
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from services.contracts.roles import PEOPLE
from services.eventlog.api.runtime import Runtime
from services.portal.api import help_words, routes
from services.portal.api.door import CONTENT_SECURITY_POLICY, Visitor, own_path
from services.portal.api.menu import ENTRIES, GROUPS, ROLE_NAMES, groups_of, home_of, menu_of
from services.portal.measures import BY_CODE, MEASURES
from services.portal.rendering import HERE, STATIC, days_left, json_in_page, yuan

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


def test_vendored_scripts_are_the_ones_whose_sums_are_written_down() -> None:
    vendor = STATIC / "vendor"
    sums = dict(reversed(line.split()) for line in (vendor / "SHA256SUMS").read_text().splitlines())
    scripts = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.glob("*.js")}
    assert scripts == sums
    assert all((vendor / f"{name.split('.')[0]}.LICENSE").is_file() for name in scripts)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_style_or_handler_and_nothing_from_elsewhere(path: Path) -> None:
    """The content security policy would stop them, and the page would be broken."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\son[a-z]+=|\sstyle=|hx-on|<style|javascript:", text) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "application/json" not in tag
    ] == []
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text) == []
    assert "|safe" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_form_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        # Of somebody who is not signed in: the sign-in, the language, a household's rating by its code.
        open_door = any(f'action="{path}"' in form for path in ("/sign-in", "/preference", "{{ path }}"))
        assert open_door or "form_token" in form, form[:80]


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_json_in_a_page_cannot_end_its_element() -> None:
    assert "<" not in json_in_page(b'{"a": "</script><script>alert(1)</script>&"}')


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.test/",
        "https://evil.test/",
        "/\\evil.test",
        "evil",
        "",
        "javascript:x",
        "/\t/evil.test",
        "/\n/evil.test",
    ],
)
def test_nobody_is_sent_to_another_site(wanted: str) -> None:
    assert own_path(wanted, "/home") == "/home"


def test_an_own_path_is_followed() -> None:
    assert own_path("/dashboards/cases", "/") == "/dashboards/cases"


def test_amounts_and_days_read_as_people_write_them() -> None:
    assert [yuan(one) for one in (None, 0, -5, 123_456_789)] == ["–", "0.00", "-0.05", "1,234,567.89"]
    assert [days_left(day, date(2026, 3, 2)) for day in ("2026-03-01", "2026-03-02", date(2026, 3, 5))] == [-1, 0, 3]


def test_every_role_has_a_name_and_a_place_to_begin() -> None:
    assert set(ROLE_NAMES) == PEOPLE
    assert all(entry.roles <= PEOPLE for entry in ENTRIES)
    assert all(home_of(role).startswith("/") for role in PEOPLE)


def test_every_measure_is_defined_in_both_languages_once() -> None:
    assert len(BY_CODE) == len(MEASURES)
    assert all(m.zh and m.en and m.definition_zh and m.definition_en for m in MEASURES)


def test_every_address_is_opened_once() -> None:
    """Two pages at one address: the later one would never be seen, and its role would be told that it may not."""
    app = FastAPI()
    routes(
        app,
        cast(
            "Runtime", SimpleNamespace(settings=SimpleNamespace(service_urls={}, town_names={}, oidc=None), tokens=None)
        ),
    )
    opened = Counter(
        (method, re.sub(r"\{[^}]*\}", "{}", route.path)) for route in app.routes if isinstance(route, APIRoute)
        for method in route.methods or ()
    )  # fmt: skip
    assert [place for place, count in opened.items() if count > 1] == []
    assert {entry.path for entry in ENTRIES} <= {path for method, path in opened if method == "GET"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_where_there_is_nothing_it_is_said_what_to_do(path: Path) -> None:
    """Every empty state says so and how to go on, in both languages."""
    for call in re.findall(r"\{\{ empty\(t, (.*?)\) \}\}", path.read_text(encoding="utf-8")):
        assert len(re.findall(r"'(?:[^'\\]|\\.)+'", call)) >= 4, call


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_chinese_stands_on_a_page_in_english(path: Path) -> None:
    """No sign of punctuation either; a tile's picture is one character that is not read out."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<!t\()'[\u3000-\u303f\uff00-\uffef]+'", text) == []
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<b aria-hidden=\"true\">.</b>", "", text, flags=re.DOTALL)
    assert re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", bare) == []


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_a_menu_begins_with_daily_work_and_has_each_page_once_under_a_heading(role: str) -> None:
    """The headings come in their order, none is empty, and whoever may open a page finds it."""
    first, *named = groups_of(role)
    assert first.entries
    assert (first.zh, first.en) == ("", "")
    assert all(group.entries for group in named)
    headings = [(group.zh, group.en) for group in named]
    assert headings == [names for names in GROUPS.values() if names in headings]
    paths = [entry.path for entry in menu_of(role)]
    assert sorted(paths) == sorted(entry.path for entry in ENTRIES if role in entry.roles)
    assert len(paths) == len(set(paths))


def test_every_role_is_shown_around_pages_of_its_own_menu() -> None:
    assert set(help_words.TOURS) == set(PEOPLE)
    for role, steps in help_words.TOURS.items():
        own = tuple(entry.path for entry in menu_of(role))
        assert 1 <= len(steps) <= 4
        assert all(step.path.startswith(own) for step in steps), role


def test_every_term_is_explained_on_some_page_and_the_longest_address_counts() -> None:
    used = {code for codes in help_words.PAGES.values() for code in codes}
    assert used == set(help_words.TERMS)
    assert help_words.terms_of("/leader/opinions")[0].zh == "初审意见"
    assert help_words.terms_of("/leaders") == ()
    assert help_words.terms_of("/window/items/R-1")[0].zh == "首问责任人"


@pytest.mark.parametrize(
    ("actor", "zh", "en"),
    [
        ("bureau:B1", "本人", "you"), ("window:T01-W1", "T01-W1", "T01-W1"), ("timer:audit", "系统", "system"),
        ("reaction:lists", "系统", "system"), ("town-leader:T04", "T04 分管领导", "T04 leader"), ("", "", ""),
    ],
)  # fmt: skip
def test_people_are_shown_short_and_the_system_where_nobody_acted(actor: str, zh: str, en: str) -> None:
    session: Any = SimpleNamespace(acts_as="bureau:B1")
    none: Any = None
    for language, told in (("zh", zh), ("en", en)):
        visitor = Visitor(
            request=none, session=session, language=language, theme="auto", services=none, form=FormData()
        )
        assert visitor.who(actor) == told


def test_a_sentence_of_audits_names_people_and_households_by_their_number() -> None:
    session: Any = SimpleNamespace(acts_as="auditor:A1")
    none: Any = None
    visitor = Visitor(request=none, session=session, language="zh", theme="auto", services=none, form=FormData())
    said = "household:T01-H00001的时限已过，责任人town-leader:T01（run:2026-03）；timer:X"
    assert visitor.told(said, "") == "T01-H00001的时限已过，责任人T01 分管领导（run:2026-03）；系统"
