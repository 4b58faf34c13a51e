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
    return STEERING.sub(_numbered, text) + "\n"


def _numbered(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}"


def unread_report(unread: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The files of a folder that cannot be used, each with why."""
    return [{"file": file, "why": why} for file, why in unread]
