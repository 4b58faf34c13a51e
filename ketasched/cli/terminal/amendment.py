"""What a new version of a protocol says otherwise, and what it does to running courses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketasched.cli.terminal.page import Page

if TYPE_CHECKING:
    from ketasched.domain.amendment import Difference


def differences_page(title: str, found: Sequence[Difference]) -> str:
    """What a version says otherwise, a line each."""
    page = Page()
    page.add_title(title)
    for difference in found:
        page.add(str(difference))
    if not found:
        page.add("Nothing.")
    return page.text()
