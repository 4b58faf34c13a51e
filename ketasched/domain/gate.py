"""A gate before a session: what must be there by then, such as an enrolment or an approval."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Gate(NamedTuple):
    """What is needed before a session, by its number or its name."""

    before: int | str
    what: str


class PassedGate(NamedTuple):
    """What was needed and is there, since a day."""

    what: str
    on: date
