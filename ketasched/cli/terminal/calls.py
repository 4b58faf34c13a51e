"""Whom to ring up, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketasched.cli.terminal.page import Page

if TYPE_CHECKING:
    from ketasched.reports.calls_report import PatientCall


def calls_page(calls: Sequence[PatientCall]) -> str:
    """Each patient with the reasons, or that there is nobody."""
    page = Page()
    who = {0: "Nobody", 1: "1 person"}.get(len(calls), f"{len(calls)} people")
    page.add_title(f"{who} to ring up")
    for call in calls:
        page.add("")
        page.add_title(call.name)
        page.add_items(concern.text for concern in call.why)
    return page.text()
