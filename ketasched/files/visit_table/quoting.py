"""Text of a table as YAML."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """Printable text as YAML: its double quotes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
