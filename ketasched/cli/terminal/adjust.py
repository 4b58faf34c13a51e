"""What a running course is planned from, and how each of it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketasched.cli.terminal.course import setting_text
from ketasched.cli.terminal.page import Page
from ketasched.domain.wording import day_text
from ketasched.records.open import name_of
from ketasched.shell import paste

if TYPE_CHECKING:
    from ketasched.records.open import Opened
    from ketasched.records.planned_from import Fact

EXAMPLES = (
    '--can "tue,thu 15:00-"',
    "--away 2027-02-01..2027-02-07",
    '--away "every mon"',
    "--busy FILE.ics",
    "--at 14:00",
    "--days tue,fri",
    "--pause 2",
    "--lang es",
)


def facts_page(opened: Opened, facts: Sequence[Fact]) -> str:
    """All that was said of a course and can be adjusted, with commands that take it back."""
    page = Page()
    record = opened.record
    page.add_title(f"{record.name}: what it is planned from")
    rows = [
        ("Protocol", record.protocol.title),
        ("Start", f"{day_text(record.course.start)}, {setting_text(opened.task.surroundings)}"),
    ]
    rows += [("Clinic", record.clinic.name)] if record.clinic and record.clinic.name else []
    page.add_facts([*rows, *(("Asked", fact.text) for fact in facts)])
    name = name_of(opened.path)
    if facts:
        page.add("", "To take one of these back:")
        for fact in facts:
            page.add_command(f"ketasched adjust {name} {paste(['--drop', fact.typed])}")
    page.add("", "To change it:")
    for example in EXAMPLES:
        page.add_command(f"ketasched adjust {name} {example}")
    return page.text()
