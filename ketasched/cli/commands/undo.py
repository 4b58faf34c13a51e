"""``ketasched undo``: back to the plan before the last change."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.asking.values import clean_text
from ketasched.cli.change import open_course, rewritten
from ketasched.cli.options import Format, takes
from ketasched.cli.result import Result
from ketasched.errors import UsageProblem
from ketasched.records.undo import undone
from ketasched.shell import paste

HELP = """Go back to the plan before the last change.

\b
Examples:
  ketasched undo alex
"""


class UndoRequest(NamedTuple):
    """Whose last change to take back."""

    name: str
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(UndoRequest)
def run(request: UndoRequest) -> Result:
    """The course as it was before the last change that has not been undone.

    Raises:
        UsageProblem: there is none.
    """
    opened, _ = open_course(request.name)
    back = undone(opened, clean_text("--reason", request.reason))
    if back is None:
        raise UsageProblem(
            "there is nothing to undo",
            f"see: ketasched status {paste([request.name])} --history",
        )
    opened, after = back
    return rewritten(opened, after, only_shown=request.dry_run)
