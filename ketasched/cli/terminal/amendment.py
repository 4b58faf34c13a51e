"""What a new version of a protocol says otherwise, and what it does to running courses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from ketasched.cli.terminal.changes import calls_page, changed_entries
from ketasched.cli.terminal.page import Page
from ketasched.domain.wording import count_text

if TYPE_CHECKING:
    from ketasched.cli.check_against import Amendment, Running
    from ketasched.domain.amendment import Difference


def differences_page(found: Sequence[Difference]) -> str:
    """What a version says otherwise, a line each."""
    page = Page()
    page.add_title("What the new version says otherwise")
    for difference in found:
        page.add(str(difference))
    if not found:
        page.add("Nothing.")
    return page.text()


def amendment_page(title: str, amendment: Amendment, running: Running | None) -> str:
    """What one protocol file says otherwise than another, and what that does to running courses."""
    page = Page()
    page.add_title(title)
    for compared in amendment.compared:
        page.add("", f"{compared.after.id}: {compared.after.title}")
        for difference in compared.differences:
            page.add(Padding(Text(str(difference)), (0, 0, 0, 2)))
        if not compared.differences:
            page.add("  nothing is otherwise")
    for name in amendment.added:
        page.add("", f"{name}: a new protocol")
    for name in amendment.gone:
        page.add("", f"{name}: no longer in the file")
    text = page.text()
    return text if running is None else f"{text}\n{_running_text(running)}"


def _running_text(running: Running) -> str:
    touched = [
        call
        for call in running.calls
        if call.after is None or any(changed_entries(call.before, call.after))
    ]
    page = Page()
    for line in _counts(running, len(touched)):
        page.add(line)
    if not touched:
        return page.text()
    return f"{calls_page(touched, 'what would move')}\n{page.text()}"


def _counts(running: Running, touched: int) -> Iterator[str]:
    courses, refused = len(running.calls), len(running.refused)
    if not courses:
        yield "No running course goes by it."
    elif refused:
        yield (
            f"{count_text(courses, 'running course')}: {courses - refused} can take it over, "
            f"{refused} cannot."
        )
    else:
        moved = f"{touched} would change" if touched else "nothing would move"
        yield f"It can be taken over everywhere: {count_text(courses, 'running course')}, {moved}."
    if running.others:
        yield f"Not touched: {count_text(running.others, 'other course')}."
