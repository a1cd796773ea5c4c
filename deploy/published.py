"""Writes docs/EVENTS.md, docs/asyncapi.json and docs/AUDIT_TESTS.md from contracts, services' declarations and packs: ``make docs``."""

import json
import re
import sys
from pathlib import Path
from typing import Final

from deploy import audit_tests_page
from deploy.embedded.home import PROJECT_ROOT
from deploy.installation import SERVICES
from services.audit.automatic.sweep import WATCHES
from services.audit.service import SERVICE as AUDIT
from services.contracts.published import Catalogue, Inbox, Listener, asyncapi, events_page
from services.contracts.registry import REGISTRY, kinds_read_as
from services.contracts.rulebook import RuleBook
from services.eventlog.inbox import SIGNATURE_HEADER, TOWN_HEADER
from services.eventlog.settings import INBOX_TOPIC, LOG_TOPIC
from services.intake.service import SERVICE as INTAKE
from services.intake.town_events import (
    APPLICATION_WITHDRAWN,
    CONSULTATION_RECORDED,
    EVENTS,
    MATERIALS_SUPPLIED,
    REQUEST_SUBMITTED,
    TownEvent,
)

GLOSSARY: Final = PROJECT_ROOT / "docs/GLOSSARY.md"
_HEADERS: Final = {
    TOWN_HEADER: "镇街代码 the town's code, e.g. `T01`",
    SIGNATURE_HEADER: "记录值的 HMAC-SHA-256（十六进制），密钥由镇街密钥导出 HMAC-SHA-256 of the value, hex, keyed by the town's inbox key",
}
_TOWN_EVENTS: Final = {
    REQUEST_SUBMITTED: "提交诉求",
    MATERIALS_SUPPLIED: "补交材料",
    APPLICATION_WITHDRAWN: "撤回申请",
    CONSULTATION_RECORDED: "介绍政策",
}


def chinese_names(glossary: str) -> dict[str, str]:
    """The Chinese of every code in the glossary's tables, without what stands in brackets."""
    names: dict[str, str] = {}
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3:
            for code in re.findall(r"`([^`]+)`", cells[2]):
                names.setdefault(code, re.sub(r"（.*）", "", cells[0]))
    return names


def listeners() -> dict[str, tuple[Listener, ...]]:
    """Who listens to each fact type, as the services declare it, older versions included."""
    found: dict[str, list[Listener]] = {}
    for service in SERVICES:
        uses = [(Listener(service=service.name, name=m.name, reacts=False), m.listens) for m in service.models]
        uses.append((Listener(service=service.name, name="react", reacts=True), service.reacts_to))
        for listener, bodies in uses:
            for kind in {kind for body in bodies for kind in kinds_read_as(body)}:
                found.setdefault(kind, []).append(listener)
    tested = tuple({body for watch in WATCHES for body in watch(RuleBook()).listens})
    for kind in (kind for kind, declared in REGISTRY.items() if issubclass(declared.body, tested)):
        found.setdefault(kind, []).append(Listener(service=AUDIT.name, name="tests", reacts=False))
    return {kind: tuple(its) for kind, its in found.items()}


def catalogue() -> Catalogue:
    """Everything that is published, as the code stands."""
    inbox = Inbox(topic=INBOX_TOPIC, taken_by=INTAKE.name, envelope=TownEvent, events=EVENTS, headers=_HEADERS)
    names = chinese_names(GLOSSARY.read_text(encoding="utf-8")) | _TOWN_EVENTS
    return Catalogue(log_topic=LOG_TOPIC, inbox=inbox, listeners=listeners(), names=names)


def pages() -> dict[Path, str]:
    """The generated files and their whole content."""
    published = catalogue()
    document = json.dumps(asyncapi.document(published), ensure_ascii=False, indent=2) + "\n"
    docs = PROJECT_ROOT / "docs"
    return {
        docs / "EVENTS.md": events_page.page(published),
        docs / "asyncapi.json": document,
        **audit_tests_page.content(dict(published.names)),
    }


def main() -> int:
    for path, content in pages().items():
        path.write_text(content, encoding="utf-8")
        print(path.relative_to(PROJECT_ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
