"""``ketasched miss``: a session was missed."""

from __future__ import annotations

from ketasched.cli.change import DropRequest, dropped
from ketasched.cli.options import takes
from ketasched.cli.result import Result

HELP = """A session or a linked visit was missed. --then says what happens after a
session: keep leaves the rest, append adds one session at the end of its phase
(where there is no room before the next phase, it is a shift), squeeze puts a
make-up on the legal free day nearest to the missed one, before or after it, shift
takes the places: the rest stands where the next ones would have stood, on the
pattern of the course, replan places the rest anew.

\b
Examples:
  ketasched miss alex 5 --then append
  ketasched miss alex i3
"""


@takes(DropRequest)
def run(request: DropRequest) -> Result:
    """The course without a session that was missed."""
    return dropped(request, "missed")
