"""Tools as the models read them: a TypeScript namespace at OpenAI, JSON elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from app.request import ToolSpec

_TYPES = {
    "integer": "number",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "null": "null",
}


class ToolsForm(StrEnum):
    """How a vendor writes tools into what its models read."""

    TYPESCRIPT = "typescript"
    JSON_LINES = "json_lines"
    JSON_LIST = "json_list"


def tools_text(tools: Sequence[ToolSpec], form: ToolsForm) -> str:
    """The tools as one text in a vendor's form."""
    match form:
        case ToolsForm.TYPESCRIPT:
            return as_typescript(tools)
        case ToolsForm.JSON_LINES:
            return as_json(tools)
        case ToolsForm.JSON_LIST:
            return as_json_list(tools)


def as_typescript(tools: Sequence[ToolSpec]) -> str:
    """The form that OpenAI's models are trained on and are billed for."""
    lines = ["# Tools\n\n## functions\n\nnamespace functions {\n"]
    for tool in tools:
        schema = schema_of(tool)
        lines += _comment(tool.description, "")
        if schema.get("properties"):
            lines.append(f"type {tool.name} = (_: {{")
            lines += _properties(schema, 0)
            lines.append("}) => any;\n")
        else:
            lines.append(f"type {tool.name} = () => any;\n")
    lines.append("} // namespace functions")
    return "\n".join(lines)


def as_json(tools: Sequence[ToolSpec]) -> str:
    """One JSON object per tool and line."""
    return "\n".join(
        json.dumps(
            {"name": tool.name, "description": tool.description, "parameters": schema_of(tool)},
            ensure_ascii=False,
        )
        for tool in tools
    )


def as_json_list(tools: Sequence[ToolSpec]) -> str:
    """One list of what the request said, as mistral-common (Apache 2.0) writes it."""
    functions = [
        {"name": tool.name, "description": tool.description, "parameters": schema_of(tool)}
        for tool in tools
    ]
    listed = [{"type": "function", "function": function} for function in functions]
    return json.dumps(listed, ensure_ascii=False)


def schema_of(tool: ToolSpec) -> dict[str, Any]:
    """A tool's parameters; empty where they are no JSON object."""
    try:
        schema = json.loads(tool.parameters_json or "{}")
    except ValueError:
        return {}
    return schema if isinstance(schema, dict) else {}


def _comment(text: object, indent: str) -> list[str]:
    """A description; of several lines only the first is marked, as the bills show."""
    said = text.strip() if isinstance(text, str) else ""
    return [f"{indent}// {said}"] if said else []


def _properties(schema: dict[str, Any], depth: int) -> Iterator[str]:
    indent = " " * depth
    required = schema.get("required") or ()
    for name, found in schema["properties"].items():
        rule = found if isinstance(found, dict) else {}
        yield from _comment(rule.get("description"), indent)
        mark = "" if name in required else "?"
        default = f" // default: {json.dumps(rule['default'])}" if rule.get("default") else ""
        yield f"{indent}{name}{mark}: {_type(rule, depth)},{default}"


def _type(rule: dict[str, Any], depth: int) -> str:
    if depth > 40 or not isinstance(rule, dict):
        return "any"
    if "enum" in rule:
        return " | ".join(json.dumps(value) for value in rule["enum"])
    if isinstance(rule.get("anyOf"), list):
        return " | ".join(_type(inner, depth) for inner in rule["anyOf"])
    kind = rule.get("type")
    if isinstance(kind, list):
        return " | ".join(_type(rule | {"type": inner}, depth) for inner in kind)
    if kind == "array":
        return _type(rule.get("items") or {}, depth) + "[]"
    if kind == "object" and rule.get("properties"):
        inner = "\n".join(_properties(rule, depth + 2))
        return "{\n" + inner + "\n" + " " * depth + "}"
    return "object" if kind == "object" else _TYPES.get(str(kind), "any")
