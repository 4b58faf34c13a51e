"""What a user asks `suggest` for, as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ketasched.asking.request import Terms


@dataclass(frozen=True, kw_only=True, repr=False, eq=False, match_args=False)
class SuggestRequest(Terms):
    """What the user asked `suggest` for: the starts from one day to another."""

    first: str
    last: str
    robust: bool = False
    format: Literal["table", "json", "html", "xlsx"] = "table"
