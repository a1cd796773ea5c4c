"""The OpenAPI document of a service: FastAPI's routes with the schemas of commands, read models and problems put in."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.contracts.codec import schema_of_value
from services.contracts.deciding import Command, Service, kebab

Schema = dict[str, Any]

# Answers every operation may give besides its own: (status, what it means).
_PROBLEMS: Final = {
    "400": "not JSON, or a header that is no id",
    "401": "no credential, or one that is expired, forged or not known here",
    "403": "the role or the town may not do this",
    "404": "not there, or not of this town",
    "409": "refused: the code says why",
    "410": "erased by law",
    "413": "too large",
    "422": "does not fit, with a pointer per field; or an id used for something else",
    "500": "an internal error, with its trace id",
    "503": "closed, busy, or a store is away: the same id again later",
}
_TEXT: Final[Schema] = {"type": "string"}
_REPLY: Final[Schema] = {
    "type": "object",
    "required": ["commandid", "subject", "streamversion", "outcome", "replayed", "facts"],
    "properties": {
        "commandid": {"type": "string", "format": "uuid"},
        "subject": _TEXT,
        "streamversion": {"type": "integer"},
        "outcome": {"enum": ["accepted", "unchanged", "refused", "conflict", "failed", "invalid"]},
        "replayed": {"type": "boolean"},
        "facts": {
            "type": "array",
            "items": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}, "type": _TEXT}},
        },
        "code": _TEXT,
        "reason": {"type": "string", "description": "中文说明"},
        "reason_en": _TEXT,
    },
}
_PROBLEM: Final[Schema] = {
    "type": "object",
    "required": ["type", "title", "title_en", "status", "code", "instance"],
    "properties": {
        "type": _TEXT,
        "title": {"type": "string", "description": "中文说明"},
        "title_en": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "instance": _TEXT,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": _TEXT, "detail": _TEXT, "detail_en": _TEXT}},
        },
    },
}
_IDEMPOTENCY_KEY: Final[Schema] = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "format": "uuid"},
    "description": "the command's id; the same one again gives the same answer",
}  # fmt: skip
_PREFER: Final[Schema] = {
    "name": "Prefer", "in": "header", "schema": {"enum": ["confirm=log"]},
    "description": "answer once it is on the log; 202 when that takes too long",
}  # fmt: skip
_IF_MATCH: Final[Schema] = {
    "name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
    "description": "the stream version that was seen; at another one 409 `version-conflict` with the present one",
}  # fmt: skip
_AFTER: Final[Schema] = {
    "name": "Jiuzhu-After", "in": "header", "schema": {"type": "string", "format": "uuid"},
    "description": "wait until this command's facts are visible here",
}  # fmt: skip


def schemas(types: Iterable[type]) -> tuple[dict[type, Schema], dict[str, Any]]:
    """JSON Schemas of msgspec types, and the components they refer to."""
    listed = list(types)
    found, components = msgspec.json.schema_components(
        listed, schema_hook=schema_of_value, ref_template="#/components/schemas/{name}"
    )
    return dict(zip(listed, found, strict=True)), components


def body_of(wanted: type) -> Schema:
    """The request body of a service's own route, for its ``openapi_extra``; `wanted` names no other struct."""
    _, components = schemas([wanted])
    (schema,) = components.values()
    return _json_body(schema)


def _json_body(schema: Schema) -> Schema:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _answer(description: str, schema: Schema, media_type: str = "application/json") -> Schema:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def document(app: FastAPI, service: Service, commands: Sequence[type[Command]]) -> Schema:
    """The whole document."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    shown = [model for model in service.models if not model.internal]
    found, components = schemas([*commands, *(model.row for model in shown)])
    components |= {"CommandReply": _REPLY, "Problem": _PROBLEM}
    made["components"] = {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    made["security"] = [{"token": []}]
    for path in made["paths"].values():
        for operation in path.values():
            _add_answers(operation)
    for command in commands:
        _describe_command(made["paths"].get(f"/v1/commands/{kebab(command.__name__)}"), command, found[command])
    if "/v1/commands" in made["paths"]:
        _describe_batch(made["paths"]["/v1/commands"]["post"], [found[command] for command in commands])
    for model in shown:
        _describe_queries(made["paths"], f"/v1/{model.name.replace('_', '-')}", found[model.row], model.row.__doc__)
    return made


def _add_answers(operation: Schema) -> None:
    """Problems in the place of the framework's own; health and what is published needs no credential."""
    own = {code: said for code, said in operation["responses"].items() if code != "422"}
    if operation.get("tags") in (["vitals"], ["public"]):
        operation["security"] = []
        operation["responses"] = own
        return
    problems = {
        code: _answer(meaning, _ref("Problem"), "application/problem+json") for code, meaning in _PROBLEMS.items()
    }
    operation["responses"] = own | problems


def _describe_command(path: Schema | None, command: type[Command], schema: Schema) -> None:
    if path is None:
        return
    operation = path["post"]
    operation["summary"] = (command.__doc__ or command.__name__).strip().splitlines()[0]
    operation |= _json_body(schema)
    operation["parameters"] = [_IDEMPOTENCY_KEY, _IF_MATCH, _PREFER]
    operation["responses"] |= {
        "200": _answer("decided", _ref("CommandReply")),
        "202": _answer("decided, not yet confirmed on the log", _ref("CommandReply")),
    }


def _describe_batch(operation: Schema, commands: list[Schema]) -> None:
    item = {
        "type": "object",
        "required": ["id", "command"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "command": {"oneOf": commands},
            "if_version": {"type": "integer", "minimum": 0, "description": "as If-Match, for this command"},
        },
    }
    replies = {"type": "array", "items": _ref("CommandReply")}
    operation["summary"] = "Commands in order, each decided by itself; a body that does not fit decides none."
    operation |= _json_body({"type": "array", "items": item})
    operation["parameters"] = [_PREFER]
    operation["responses"] |= {
        "200": _answer("decided, an outcome for each", replies),
        "202": _answer("decided, not yet confirmed on the log", replies),
    }


def _describe_queries(paths: Schema, path: str, row: Schema, meaning: str | None) -> None:
    keyed = {"allOf": [{"type": "object", "required": ["key"], "properties": {"key": _TEXT}}, row]}
    page = {
        "type": "object",
        "required": ["rows", "after"],
        "properties": {
            "rows": {"type": "array", "items": keyed},
            "after": {"anyOf": [_TEXT, {"type": "null"}], "description": "the page after this one begins here"},
        },
    }
    for address, schema in ((path, page), (path + "/{key}", keyed)):
        operation = paths[address]["get"]
        operation["summary"] = (meaning or path).strip().splitlines()[0]
        operation.setdefault("parameters", []).append(_AFTER)
        operation["responses"]["200"] = _answer("as of the cursor", schema)
