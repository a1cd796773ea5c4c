"""docs/EVENTS.md: every fact that may stand on the log, for people; made from the registry, never written by hand."""

import typing
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from services.contracts import every_service
from services.contracts.envelope import PARTITIONS
from services.contracts.published import Catalogue, Listener, facts_of, sentence
from services.contracts.published.fields import structs_in, words_of
from services.contracts.registry import OWNERS, REGISTRY, FactType
from services.contracts.sealed import personal_fields

_SHARED: Final = (every_service.RulePackAdopted, every_service.CommandRefused, every_service.ParkedDiscarded)
ENVELOPE_WORDS: Final = {
    "specversion": "CloudEvents 版本，恒为 `1.0`。Always `1.0`.",
    "sequence": "分区内序号，自 1 起连续。Contiguous per partition, from 1.",
    "prevhash": "同分区上一条记录的 SHA-256（十六进制），首条为零。SHA-256 of the partition's previous record, hex; zeros first.",
    "id": "事实编号（UUIDv7）。The fact's id.",
    "source": "陈述该事实的服务，如 `/casework`。The service that states it.",
    "type": "事实类型。`assist.<owner>.<name>.v<version>`.",
    "subject": "事实所关乎的对象，决定分区。What it is about; decides the partition.",
    "time": "发生时刻。When it happened.",
    "recordedtime": "获知时刻。When we learned it.",
    "stream": "`<source>/<subject>`.",
    "streamversion": "流内序号，自 1 起连续。Contiguous per stream, from 1.",
    "commandid": "产生该事实的命令编号。The command that caused it.",
    "commandhash": "该命令的带密钥散列。Keyed HMAC of that command, hex.",
    "correlationid": "同一件事的首个命令。The first command of the whole affair.",
    "actor": "经办者。Who did it, e.g. `officer:O001`.",
    "causationid": "引起该命令的事实（如有）。The fact that caused the command, if any.",
    "traceparent": "W3C 追踪标识（如有）。W3C trace context, if any.",
    "datacontenttype": "恒为 `application/json`。Always `application/json`.",
    "data": "事实本身，见下。The fact itself, below.",
}


def page(catalogue: Catalogue) -> str:
    """The whole page as Markdown. `NoUnit` when a number does not tell its unit."""
    everywhere = _heard_everywhere(catalogue)
    lines = [*_opening(catalogue, everywhere), *_envelope(), *_shared(catalogue)]
    for owner in OWNERS:
        lines += _owner(catalogue, owner, everywhere)
    lines += _inbox(catalogue)
    return "\n".join(lines) + "\n"


def _heard_everywhere(catalogue: Catalogue) -> frozenset[Listener]:
    """Listeners to every single fact: said once instead of in every row."""
    return frozenset.intersection(*(frozenset(catalogue.listeners.get(kind, ())) for kind in REGISTRY))


def _opening(catalogue: Catalogue, everywhere: Iterable[Listener]) -> Iterator[str]:
    yield "# 事件目录 · Events"
    yield ""
    yield "- 本页由代码生成（`make docs`），请勿手改。This page is generated from `services/contracts`; do not edit it."
    yield (
        f"- 全部事实写入同一主题 `{catalogue.log_topic}`（{PARTITIONS} 个分区，键为 subject，永久保存，从不改写）。"
        f"All facts go to one topic, {PARTITIONS} partitions, keyed by subject, kept for ever, never changed."
    )
    yield (
        "- “密”为个人字段：以本人密钥加密后才入日志（`Sealed`），明文从不入日志。"
        "Fields marked 密 are personal: sealed under the person's key before they reach the log, never in clear."
    )
    yield "- 机器可读的同一内容见 [asyncapi.json](asyncapi.json)。The same for programs."
    for listener in sorted(everywhere, key=lambda one: (one.service, one.name)):
        yield (
            f"- `{listener.service}` 的读模型 `{listener.name}` 收听每一种事实，下表不再重复。"
            f"{listener.service}'s `{listener.name}` listens to every fact; it is not repeated below."
        )
    yield ""


def _envelope() -> Iterator[str]:
    yield "## 信封 · Envelope"
    yield ""
    yield (
        "CloudEvents 1.0 结构化 JSON，唯一的记录头为 `content-type: application/cloudevents+json`。"
        "Structured mode, that one record header."
    )
    yield ""
    yield "| 属性 attribute | 含义 meaning |"
    yield "|---|---|"
    for name, words in ENVELOPE_WORDS.items():
        yield f"| `{name}` | {words} |"
    yield ""


def _shared(catalogue: Catalogue) -> Iterator[str]:
    yield "## 每项服务都有 · Every service"
    yield ""
    yield "四项服务各有一份，类型为 `assist.<owner>.…`。Each of the four owners has its own."
    yield ""
    for body in _SHARED:
        yield f"### {_titled(catalogue, body)}"
        yield ""
        yield sentence(body)
        yield ""
        yield from _fields(body)


def _owner(catalogue: Catalogue, owner: str, everywhere: frozenset[Listener]) -> Iterator[str]:
    yield f"## {owner}"
    yield ""
    yield "| 事实 fact | 类型 type | 对象 subject | 收听者 listeners |"
    yield "|---|---|---|---|"
    for declared in facts_of(owner):
        subject = "任意 any" if declared.subject == "*" else f"`{declared.subject}:…`"
        listeners = [one for one in catalogue.listeners.get(declared.kind, ()) if one not in everywhere]
        yield f"| {_titled(catalogue, declared.body)} | `{declared.kind}` | {subject} | {_listeners(listeners)} |"
    yield ""
    shown: set[type] = set()
    for declared in facts_of(owner):
        if not issubclass(declared.body, _SHARED):
            yield from _fact(catalogue, declared, shown)


def _listeners(listeners: Iterable[Listener]) -> str:
    by_service: dict[str, list[str]] = {}
    for one in listeners:
        by_service.setdefault(one.service, []).append("反应 reaction" if one.reacts else f"`{one.name}`")
    return "<br>".join(f"{service}: {', '.join(uses)}" for service, uses in sorted(by_service.items())) or "–"


def _fact(catalogue: Catalogue, declared: FactType, shown: set[type]) -> Iterator[str]:
    yield f"### {_titled(catalogue, declared.body)}"
    yield ""
    yield f"`{declared.kind}`. {sentence(declared.body)}"
    yield ""
    yield from _fields(declared.body)
    waiting = _inner(declared.body)
    while waiting:
        inner = waiting.pop(0)
        if inner in shown:
            continue
        shown.add(inner)
        yield f"`{inner.__name__}`: {sentence(inner)}"
        yield ""
        yield from _fields(inner)
        waiting += _inner(inner)


def _inner(body: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    return [found for hint in typing.get_type_hints(body).values() for found in structs_in(hint)]


def _titled(catalogue: Catalogue, body: type) -> str:
    zh = catalogue.names.get(body.__name__)
    return f"{zh} `{body.__name__}`" if zh else f"`{body.__name__}`"


def _fields(body: type[msgspec.Struct]) -> Iterator[str]:
    hints = typing.get_type_hints(body)
    sealed = [name for name in personal_fields(body) if not structs_in(hints[name])]
    required = len(body.__struct_fields__) - len(body.__struct_defaults__)
    yield "| 字段 field | 类型 type | 单位 unit | 个人 personal |"
    yield "|---|---|---|---|"
    for n, name in enumerate(body.__struct_fields__):
        kind, unit = words_of(hints[name], name)
        optional = "" if n < required else "（可缺 optional）"
        yield f"| `{name}`{optional} | {kind} | {unit} | {'密 sealed' if name in sealed else ''} |"
    yield ""


def _inbox(catalogue: Catalogue) -> Iterator[str]:
    inbox = catalogue.inbox
    yield "## 镇街收件箱 · The towns' inbox"
    yield ""
    yield (
        f"镇街系统可将事件写入主题 `{inbox.topic}`，也可用 HTTP 或 CSV 提交；含义相同。收件箱只保存七天，不作证据，由 {inbox.taken_by} 读取。"
        f"Towns' systems may write events to this topic, or send them by HTTP or CSV: the same by every road. Kept seven days, "
        f"not evidence, read by {inbox.taken_by}. Schemas: [asyncapi.json](asyncapi.json)."
    )
    yield ""
    yield "| 记录头 header | 含义 meaning |"
    yield "|---|---|"
    for name, words in inbox.headers.items():
        yield f"| `{name}` | {words} |"
    yield ""
    yield "| 事件类型 event type | 字段 fields of `data` |"
    yield "|---|---|"
    for kind, body in inbox.events.items():
        fields = ", ".join(f"`{name}`" for name in body.__struct_fields__)
        yield f"| {catalogue.names.get(kind, '')} `{kind}` | {fields} |"
