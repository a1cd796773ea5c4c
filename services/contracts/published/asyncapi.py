"""docs/asyncapi.json: both topics, every message with its JSON Schema, and who writes and who reads; AsyncAPI 3.0."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from services.contracts.codec import schema_of_value
from services.contracts.envelope import CONTENT_TYPE, PARTITIONS, Envelope
from services.contracts.published import Catalogue, facts_of, sentence
from services.contracts.published.events_page import ENVELOPE_WORDS
from services.contracts.registry import OWNERS, REGISTRY, FactType
from services.contracts.sealed import Clear, Sealed

Schema = dict[str, Any]
_SCHEMAS: Final = "#/components/schemas/"
_LOG: Final = "log"
_INBOX: Final = "inbox"
_HASH: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
# What the envelope's types do not say.
_NARROWER: Final[dict[str, Schema]] = {
    "specversion": {"const": "1.0"},
    "sequence": {"type": "integer", "minimum": 1},
    "streamversion": {"type": "integer", "minimum": 1},
    "prevhash": _HASH,
    "commandhash": _HASH,
    "datacontenttype": {"const": "application/json"},
    "data": {"type": "object"},
}


def document(catalogue: Catalogue) -> Schema:
    """The whole document as plain JSON values; every ``$ref`` resolves inside it."""
    schemas = _schemas(catalogue)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "救助 Jiuzhu",
            "version": "1.0.0",
            "description": "社会救助事件日志与镇街收件箱。The log of social-assistance facts and the towns' inbox.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": _channels(catalogue),
        "operations": _operations(catalogue),
        "components": {
            "messages": {declared.kind: _message(catalogue, declared) for declared in REGISTRY.values()}
            | {kind: _inbox_message(catalogue, kind) for kind in catalogue.inbox.events},
            "messageTraits": {"cloudevent": _cloudevent(), "townevent": _townevent(catalogue)},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _channels(catalogue: Catalogue) -> Schema:
    return {
        _LOG: {
            "address": catalogue.log_topic,
            "title": "日志 the log",
            "description": "Every fact of every service, in one order per partition. An installation may prefix the address.",
            "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in REGISTRY},
            "bindings": {
                "kafka": {
                    "partitions": PARTITIONS,
                    "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1},
                }
            },
        },
        _INBOX: {
            "address": catalogue.inbox.topic,
            "title": "镇街收件箱 the towns' inbox",
            "description": "What towns' systems report. Kept seven days; not evidence.",
            "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in catalogue.inbox.events},
        },
    }


def _operations(catalogue: Catalogue) -> Schema:
    """What each service states (it alone), what it listens to, and who takes the inbox."""
    operations: Schema = {}
    for owner in OWNERS:
        heard = [kind for kind in REGISTRY if any(one.service == owner for one in catalogue.listeners.get(kind, ()))]
        stated = [declared.kind for declared in facts_of(owner)]
        operations[f"{owner}.states"] = _operation("send", _LOG, stated, f"{owner} alone states these facts")
        operations[f"{owner}.follows"] = _operation("receive", _LOG, heard, f"{owner} folds or reacts to these facts")
    taken = f"{catalogue.inbox.taken_by} decides what towns' systems report"
    operations[f"{catalogue.inbox.taken_by}.takes"] = _operation("receive", _INBOX, catalogue.inbox.events, taken)
    return operations


def _operation(action: str, channel: str, kinds: Iterable[str], summary: str) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind}"} for kind in kinds],
    }


def _message(catalogue: Catalogue, declared: FactType) -> Schema:
    subject = "" if declared.subject == "*" else f"^{declared.subject}:"
    narrowed: Schema = {
        "type": {"const": declared.kind},
        "source": {"const": f"/{declared.owner}"},
        "subject": {"type": "string", "pattern": subject or "^[a-z]+:"},
        "data": {"$ref": f"{_SCHEMAS}{declared.kind}"},
    }
    return {
        "name": declared.kind,
        "title": catalogue.names.get(declared.body.__name__, declared.body.__name__),
        "summary": sentence(declared.body),
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"allOf": [{"$ref": f"{_SCHEMAS}Envelope"}, {"type": "object", "properties": narrowed}]},
    }


def _inbox_message(catalogue: Catalogue, kind: str) -> Schema:
    body, envelope = catalogue.inbox.events[kind], catalogue.inbox.envelope
    narrowed: Schema = {"type": {"const": kind}, "data": {"$ref": f"{_SCHEMAS}{body.__name__}"}}
    return {
        "name": kind,
        "title": catalogue.names.get(kind, kind),
        "summary": sentence(body),
        "traits": [{"$ref": "#/components/messageTraits/townevent"}],
        "payload": {"allOf": [{"$ref": f"{_SCHEMAS}{envelope.__name__}"}, {"type": "object", "properties": narrowed}]},
    }


def _cloudevent() -> Schema:
    return {
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "required": ["content-type"],
            "properties": {"content-type": {"const": CONTENT_TYPE}},
            "additionalProperties": False,
        },
        "correlationId": {"location": "$message.payload#/correlationid"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "the subject"}}},
    }


def _townevent(catalogue: Catalogue) -> Schema:
    headers = catalogue.inbox.headers
    return {
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "required": list(headers),
            "properties": {name: {"type": "string", "description": words} for name, words in headers.items()},
        },
    }


def _schemas(catalogue: Catalogue) -> dict[str, Schema]:
    """The schema of every fact by its type, of every other structure by its name."""
    kinds = [declared.kind for declared in REGISTRY.values()]
    types: list[type] = [declared.body for declared in REGISTRY.values()]
    types += [Envelope, catalogue.inbox.envelope, *catalogue.inbox.events.values()]
    found, components = msgspec.json.schema_components(types, schema_hook=schema_of_value, ref_template="{name}")
    named = {schema["$ref"]: kind for schema, kind in zip(found, kinds, strict=False)}
    schemas = {named.get(name, name): _published(schema, named) for name, schema in components.items()}
    del schemas[Clear.__name__]
    schemas["Envelope"]["properties"] |= _NARROWER
    for name, words in ENVELOPE_WORDS.items():
        schemas["Envelope"]["properties"][name] = schemas["Envelope"]["properties"][name] | {"description": words}
    return schemas


def _published(value: Any, named: dict[str, str]) -> Any:
    """A schema of msgspec's as it stands in the document: full references, sealed values only, patterns of ECMA."""
    if isinstance(value, list):
        return [_published(item, named) for item in value]
    if not isinstance(value, dict):
        return value
    choices = value.get("anyOf", ())
    if {"$ref": Clear.__name__} in choices:
        return {"$ref": f"{_SCHEMAS}{Sealed.__name__}", "description": "个人字段，已封存 personal, sealed"}
    changed = {name: _published(item, named) for name, item in value.items()}
    if isinstance(value.get("$ref"), str):
        changed["$ref"] = f"{_SCHEMAS}{named.get(value['$ref'], value['$ref'])}"
    if isinstance(value.get("pattern"), str):
        changed["pattern"] = value["pattern"].replace("\\Z", "$")
    if isinstance(value.get("description"), str):
        changed["description"] = " ".join(value["description"].split())
    return changed
