"""Reports as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ketasched.domain.signs import STEERING

SCHEMA = "ketasched/1"


def to_json(report: Mapping[str, Any]) -> str:
    """A report as JSON text, one line end at its end; signs that steer a terminal are written as
    their numbers.
    """
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return _IN_JSON.sub(_numbered, text) + "\n"


def to_json_quickly(report: Mapping[str, Any]) -> str:
    """The same text as `to_json`, of what may be long."""
    from pydantic_core import PydanticSerializationError
    from pydantic_core import to_json as json_of

    try:
        text = json_of(report, indent=2).decode()
    except PydanticSerializationError:  # half of a sign that takes two
        return to_json(report)
    return _IN_JSON.sub(_numbered, text) + "\n"


_IN_JSON = re.compile(STEERING.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
"""What steers a terminal, but for the line ends between the values of JSON."""


def _numbered(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def unread_report(unread: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The files of a folder that cannot be used, each with why."""
    return [{"file": file, "why": why} for file, why in unread]
