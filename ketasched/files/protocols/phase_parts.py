"""What every phase of a protocol file may have, whether it has a cadence or lists its sessions."""

from __future__ import annotations

from ketasched.domain import cadence as pace
from ketasched.domain import protocol as core
from ketasched.domain.typed_protocol import read_days_or_months
from ketasched.domain.typed_times import read_days, read_weeks
from ketasched.files.protocols.apart import APART
from ketasched.files.protocols.arms import OF_ARMS
from ketasched.reading.fields import Key, ListOf, Reading, Record, Text, one_of, whole
from ketasched.reading.texts import LINE, length

LONGEST_GAP = 366
LARGEST_GAP = 800
"""Days between two sessions in a row: two years, and windows on both sides."""


def _check_gap(gap: pace.Gap, reading: Reading) -> None:
    if gap.max is not None and gap.max < gap.min:
        message = f"the largest gap is smaller than the smallest, {gap.min} days"
        reading.fault_in(gap, "max", message)


_DAYS = length(read_days, 0, LONGEST_GAP, "days")
_GAP_DAYS = length(read_days, 1, LONGEST_GAP, "days")
_LARGEST = length(read_days, 1, LARGEST_GAP, "days")
_WEEKS = length(read_weeks, 0, 52, "weeks")


def _read_wait(text: str) -> int | pace.Months:
    wait = read_days_or_months(text)
    if isinstance(wait, int) and not 1 <= wait <= LONGEST_GAP:
        raise ValueError(f"`{text}` is outside 1 to {LONGEST_GAP} days")
    return wait


_WAIT = Text(_read_wait, {**_GAP_DAYS.schema(), "examples": ["4 weeks", "6 months"]})

WINDOW = Record(
    pace.Window,
    {
        "early": Key(_DAYS, "days a session may be earlier than its target, such as 1 day"),
        "late": Key(_DAYS, "days a session may be later than its target, such as 3 days"),
    },
)
GAP = Record(
    pace.Gap,
    {
        "min": Key(_GAP_DAYS, "fewest days between two sessions in a row, such as 2 days"),
        "max": Key(_LARGEST, "most days between two sessions in a row, such as 7 days"),
    },
    _check_gap,
)
_REVIEW = Record(
    core.Review,
    {
        "name": Key(LINE, "what is decided"),
        "after_session": Key(
            whole(1, core.MAX_SESSIONS),
            "the session of the phase it follows; left out: the last",
            None,
        ),
    },
)
COUNTS_FROM = Key(
    one_of("actual", "planned"),
    "what the day numbers count from: the first day as it took place, or as planned",
    "actual",
)
PHASE_ENDS = {
    "missed": Key(
        one_of("keep", "append", "squeeze", "shift", "replan"),
        "what happens after a missed session; keep if left out",
        None,
    ),
    "lapse": Key(
        _GAP_DAYS, "the longest time without a session after which nobody need decide", None
    ),
    "pause": Key(_WEEKS, "the most weeks the rest of a course may be put off", 0),
    "after": Key(_WAIT, "time from the last target of the phase before", None),
    "apart": APART._replace(help=f"of its first session: {APART.help}"),
    "arms": OF_ARMS,
}
REVIEWS = Key(ListOf(_REVIEW), "decisions before going on", ())
