"""``ketasched cancel``: a session is called off."""

from __future__ import annotations

from ketasched.cli.change import DropRequest, dropped
from ketasched.cli.options import takes
from ketasched.cli.result import Result

HELP = """Call a session off, --then as for miss; or a linked visit, which stays off.

\b
Examples:
  ketasched cancel alex 5 --then squeeze
  ketasched cancel alex check-in
"""


@takes(DropRequest)
def run(request: DropRequest) -> Result:
    """The course without a session that was called off."""
    return dropped(request, "cancelled")
