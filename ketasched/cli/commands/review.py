"""``ketasched review``: a decision at a review."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.cli.change import changed, open_course
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import UsageProblem
from ketasched.running import changes

HELP = """Decide at a review: go on, or stop there. Where one lies ahead it need not be
named.

\b
Examples:
  ketasched review alex --stop --reason "side effects"
  ketasched review alex "response review" --continue
"""


class ReviewRequest(NamedTuple):
    """Which review, and what is decided there."""

    name: str
    review: str = ""
    go_on: bool = False
    stop: bool = False
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(
    ReviewRequest,
    review=Argument("REVIEW"),
    go_on=Option("Later sessions are certain."),
    stop=Option("Later sessions are cancelled."),
)
def run(request: ReviewRequest) -> Result:
    """The course after the decision."""
    if request.go_on == request.stop:
        raise UsageProblem("say either --continue or --stop", "such as --continue")
    opened, conditions = open_course(request.name)
    before = opened.record.course
    outcome = changes.decide(conditions, before, request.review, go_on=request.go_on)
    (review,) = set(outcome.reviews) - set(before.reviews)
    what = f"review {review.name}: {'go on' if request.go_on else 'stop'}"
    return changed(opened, outcome, what, request)
