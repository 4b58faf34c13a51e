"""Protocol files: YAML to `Protocol`, and the JSON Schema of the format."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ketasched.core import protocol as core
from ketasched.core.protocol_text import (
    Distance,
    read_anchor,
    read_cadence,
    read_distance,
    read_reminder,
    read_session_range,
    read_sessions,
    read_when,
)
from ketasched.core.units import read_days, read_minutes, read_weeks
from ketasched.errors import did_you_mean
from ketasched.reader.fields import (
    Key,
    ListOf,
    Reading,
    Record,
    RecordBy,
    Schema,
    Text,
    TextOr,
    one_of,
    read_record,
    whole,
)
from ketasched.reader.source import Source, compose, read_file
from ketasched.reader.texts import IDENTIFIER, LINE, length, one_line

LONGEST_SESSION = 24 * 60
LONGEST_GAP = 366
_NOT_GIVEN = 0
_NO_WINDOW = core.Window(-1, -1)


def load(path: str) -> list[core.Protocol]:
    """The protocols of a file, in its order; ``-`` reads standard input.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it.
    """
    return read(read_file(path))


def read(source: Source) -> list[core.Protocol]:
    """The protocols of a file that has been opened.

    Raises:
        FileProblems: all that is wrong with it.
    """
    return _read(source, ours=False)


def load_built_in() -> list[core.Protocol]:
    """The protocols that come with ketasched, in the order of their file.

    The package carries a copy; an editable install finds the one beside the package.
    """
    package = Path(__file__).parents[1]
    shipped = package / "protocols.yaml"
    source = read_file(str(shipped if shipped.exists() else package.parent / "protocols.yaml"))
    source.file = core.BUILT_IN
    return _read(source, ours=True)


def schema() -> Schema:
    """The JSON Schema of protocol files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched protocols, version 1",
        **_file(proven=True).schema(),
    }


def _read(source: Source, *, ours: bool) -> list[core.Protocol]:
    # The suite proves our own file sound; that need not be done at every start.
    protocols = read_record(source, compose(source, ours=ours), _file(proven=ours))
    return [replace(one, file=source.file) for one in protocols]


# The rules that look at several values


def _check_gap(gap: core.Gap, reading: Reading) -> None:
    if gap.max < gap.min:
        message = f"the largest gap is smaller than the smallest, {gap.min} days"
        reading.fault_in(gap, "max", message)


def _check_days(listed: core.DayList, reading: Reading) -> None:
    if any(later <= earlier for earlier, later in pairwise(listed.days)):
        reading.fault_in(listed, "days", "the days must go up")
    elif listed.days[0] != listed.first_day:
        message = f"the list must begin with its first day, {listed.first_day}"
        reading.fault_in(listed, "days", message)


def _check_phase(phase: core.Phase, reading: Reading) -> None:
    count = phase.sessions
    if count == _NOT_GIVEN:
        hint = "write a number, or open-ended"
        reading.fault_in(phase, "", "the key `sessions` is missing", hint)
        return
    if isinstance(phase.cadence, core.DayList) and count != len(phase.cadence.days):
        message = f"the cadence lists {len(phase.cadence.days)} days"
        reading.fault_in(phase, "sessions", message, "leave `sessions` out")
    if phase.choice and isinstance(phase.cadence, core.DayList):
        reading.fault_in(phase, "choice", "a list of days leaves no choice", "leave `choice` out")
    elif phase.choice and (count is None or not phase.choice.fewest <= count <= phase.choice.most):
        reading.fault_in(phase, "choice", "`sessions` must be a number inside this range")
    for review in phase.reviews:
        if count is None and review.after_session is None:
            message = "an open-ended phase has no last session: add `after_session`"
            reading.fault_in(review, "", message)
        fewest = phase.choice.fewest if phase.choice else count
        if fewest is not None and (review.after_session or 1) > fewest:
            message = f"the phase may have only {fewest} sessions"
            reading.fault_in(review, "after_session", message)
    offered = [phase.cadence, *(one.cadence for one in phase.alternatives)]
    if len(set(offered)) < len(offered):
        reading.fault_in(phase, "alternatives", "two of the phase's cadences are the same")


def _check_listed(phase: core.Phase, reading: Reading) -> None:
    """A phase that lists named sessions."""
    cadence = phase.cadence
    if not isinstance(cadence, core.NamedDays):
        raise TypeError(cadence)
    names: set[str] = set()
    for one in cadence.sessions:
        _check_named(one, names, cadence, reading)
        if one.window is None and phase.window == _NO_WINDOW:
            message = "the session has no window, and the phase has none for it"
            reading.fault_in(one, "", message, "give the session or the phase a `window`")
        names.add(one.name)
    free = [one for one in cadence.sessions if not one.follows]
    for earlier, later in pairwise(free):
        if later.day <= earlier.day:
            reading.fault_in(later, "day", f"day {later.day} does not come after {earlier.day}")
    if not any(one.day == cadence.first_day for one in free):
        message = f"no session is on day {cadence.first_day}, the baseline"
        reading.fault_in(phase, "sessions", message, "--start dates the baseline")
    for review in phase.reviews:
        if (review.after_session or 1) > len(cadence.sessions):
            message = f"the phase has only {len(cadence.sessions)} sessions"
            reading.fault_in(review, "after_session", message)


def _check_named(
    one: core.NamedSession, before: set[str], cadence: core.NamedDays, reading: Reading
) -> None:
    """A named session, beside the names of those before it."""
    if one.name.casefold() in map(str.casefold, before):
        reading.fault_in(one, "name", f"two sessions are called `{one.name}`")
    if one.follows and one.follows not in before:
        message = f"no session before this one is called `{one.follows}`"
        reading.fault_in(one, "follows", message, did_you_mean(one.follows, before))
    elif one.follows and one.day < 1:
        reading.fault_in(one, "day", f"it follows `{one.follows}`: write 1 or more days")
    elif not one.follows and one.day == 0 and cadence.first_day == 1:
        message = "there is no day 0 where the first day is day 1"
        reading.fault_in(one, "day", message, "write first_day: 0, or another day")


def _check_visit(rule: core.VisitRule, reading: Reading) -> None:
    if not rule.anchor.side:
        message = "a linked visit stands either before or after a session"
        reading.fault_in(rule, "", message, "give it one of the keys `before` and `after`")


class _Distances(NamedTuple):
    """How far a linked visit is from its session, as written."""

    least: Distance
    ideal: Distance
    most: Distance


def _check_distances(found: _Distances, reading: Reading) -> None:
    if len({one.in_days for one in found}) > 1:
        message = "days and hours are mixed: write all three in days or weeks, or all in hours"
        reading.fault_in(found, "", message)
    elif not found.least.amount <= found.ideal.amount <= found.most.amount:
        reading.fault_in(found, "ideally", "the ideal distance is not between `from` and `to`")


def _check_visits(protocol: core.Protocol, reading: Reading) -> None:
    total = sum(phase.sessions or 0 for phase in protocol.phases)
    open_ended = any(phase.sessions is None for phase in protocol.phases)
    names: set[str] = set()
    for rule in protocol.visits:
        if rule.name.casefold() in names:
            hint = "give one of them a `name`"
            key = "name" if rule.name != rule.kind else "kind"
            reading.fault_in(rule, key, f"two linked visits are called `{rule.name}`", hint)
        names.add(rule.name.casefold())
        if rule.anchor.number > total and not open_ended:
            message = f"the protocol has only {total} sessions"
            reading.fault_in(rule, rule.anchor.side, message)
        if rule.anchor.which == "review" and not any(one.reviews for one in protocol.phases):
            reading.fault_in(rule, rule.anchor.side, "the protocol has no review")
        word = core.gives_away(protocol, rule.name)
        if word:
            message = f"`{word}` gives the treatment away, and the patient's calendar must not"
            reading.fault_in(rule, "name", message, "say it in other words")


def _check_protocol(protocol: core.Protocol, reading: Reading) -> None:
    before = len(reading.problems)
    if protocol.minutes > LONGEST_SESSION:
        reading.fault_in(protocol, "steps", "the steps of one session take more than a day")
    if sum(phase.sessions or 0 for phase in protocol.phases) > core.MAX_SESSIONS:
        message = f"the phases have more than {core.MAX_SESSIONS} sessions"
        reading.fault_in(protocol, "phases", message)
    _check_order(protocol, reading)
    _check_discretion(protocol, reading)
    _check_visits(protocol, reading)
    if len(reading.problems) == before:
        from ketasched.core.soundness import own_gaps_fault

        fault = own_gaps_fault(protocol)
        if fault:
            phase = next(phase for phase in protocol.phases if phase.name == fault.phase)
            reading.fault_in(phase, fault.key, fault.message, "change the cadence or the gap")


def _check_order(protocol: core.Protocol, reading: Reading) -> None:
    names: set[str] = set()
    for position, phase in enumerate(protocol.phases):
        if phase.name.casefold() in names:
            reading.fault_in(phase, "name", f"two phases are called `{phase.name}`")
        names.add(phase.name.casefold())
        if phase.sessions is None and phase is not protocol.phases[-1]:
            reading.fault_in(phase, "sessions", "only the last phase can be open-ended")
        if position and isinstance(phase.cadence, core.NamedDays):
            for one in phase.cadence.sessions:
                if one.day < phase.cadence.first_day and not one.follows:
                    message = "only the first phase may have sessions before its first day"
                    reading.fault_in(one, "day", message)
        if phase.after is None:
            continue
        if position == 0:
            message = "the first phase begins on the start itself"
            reading.fault_in(phase, "after", message, "leave `after` out")
        elif isinstance(phase.cadence, core.PerWeek) and phase.after % 7:
            reading.fault_in(phase, "after", f"before {phase.cadence}, write whole weeks")


def _check_discretion(protocol: core.Protocol, reading: Reading) -> None:
    """Instructions stand in the patient's calendar, which gives no treatment away."""
    for instruction in protocol.instructions:
        for key, text in (("text", instruction.text), ("note", instruction.note)):
            word = core.gives_away(protocol, text)
            if word:
                message = f"`{word}` gives the treatment away, and the patient's calendar must not"
                reading.fault_in(instruction, key, message, "say it in other words")


def _check_ids(protocols: tuple[core.Protocol, ...], reading: Reading) -> None:
    seen: set[str] = set()
    for one in protocols:
        if one.id in seen:
            reading.fault_in(one, "id", f"two protocols have the id `{one.id}`")
        seen.add(one.id)


# The format, from the inside out


def _named_session(length: int | None, **keys: Any) -> core.NamedSession:
    return core.NamedSession(minutes=length, **keys)


def _step(name: str, length: int) -> core.Step:
    return core.Step(name, length)


def _listed_phase(
    first_day: int,
    sessions: tuple[core.NamedSession, ...],
    window: core.Window | None,
    gap: core.Gap | None,
    **keys: Any,
) -> core.Phase:
    """Its sessions have the phase's window unless they say; without a gap any day after is right."""
    if window is None:
        all_say = all(one.window for one in sessions)
        window = core.Window(0, 0) if all_say else _NO_WINDOW
    return core.Phase(
        cadence=core.NamedDays(sessions, first_day),
        sessions=len(sessions),
        window=window,
        gap=gap or core.Gap(1, core.NO_LARGEST),
        **keys,
    )


def _distances(**keys: Any) -> _Distances:
    return _Distances(keys["from"], keys["ideally"], keys["to"])


def _visit(
    kind: str, name: str, length: int, distance: _Distances, by: str, **sides: core.Anchor | None
) -> core.VisitRule:
    given = [anchor for anchor in sides.values() if anchor]
    anchor = given[0] if len(given) == 1 else core.Anchor("", "")  # `_check_visit` refuses it
    least, ideal, most = (one.amount for one in distance)
    offset = core.Offset(least, ideal, most, distance.ideal.in_days)
    return core.VisitRule(kind, name or kind, length, anchor, offset, by == "video")


def _phase(
    sessions: int | None, cadence: core.Cadence, alternatives: tuple[Any, ...], **keys: Any
) -> core.Phase:
    """A day list needs no count; an alternative has the phase's window and gap unless it says."""
    if sessions == _NOT_GIVEN and isinstance(cadence, core.DayList):
        sessions = len(cadence.days)
    full = tuple(
        core.Alternative(one["cadence"], one["window"] or keys["window"], one["gap"] or keys["gap"])
        for one in alternatives
    )
    return core.Phase(sessions=sessions, cadence=cadence, alternatives=full, **keys)


_DAYS = length(read_days, 0, LONGEST_GAP, "days")
_GAP_DAYS = length(read_days, 1, LONGEST_GAP, "days")
_WEEKS = length(read_weeks, 0, 52, "weeks")
_MINUTES = length(read_minutes, 1, LONGEST_SESSION, "min")

_CADENCE_TEXT = Text(
    read_cadence,
    {
        "type": "string",
        "examples": [
            "2 per week",
            "2 per week, every other week",
            "every 4 weeks",
            "consecutive working days",
        ],
    },
)
_DAY_LIST = Record(
    core.DayList,
    {
        "days": Key(ListOf(whole(0, 3660)), "the days of the sessions, in order"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the first day, there is no day 0; 0: day 0 is the baseline"
        ),
    },
    _check_days,
)
_CADENCE = TextOr(_CADENCE_TEXT, _DAY_LIST)
_WINDOW = Record(
    core.Window,
    {
        "early": Key(_DAYS, "days a session may be earlier than its target, such as 1 day"),
        "late": Key(_DAYS, "days a session may be later than its target, such as 3 days"),
    },
)
_GAP = Record(
    core.Gap,
    {
        "min": Key(_GAP_DAYS, "fewest days between two sessions in a row, such as 2 days"),
        "max": Key(_GAP_DAYS, "most days between two sessions in a row, such as 7 days"),
    },
    _check_gap,
)
_ALTERNATIVE = Record(
    dict,
    {
        "cadence": Key(_CADENCE_TEXT, "another cadence a user may choose"),
        "window": Key(_WINDOW, "its window, if it differs", None),
        "gap": Key(_GAP, "its gap, if it differs", None),
    },
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
_SESSIONS = Text(
    read_sessions,
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": core.MAX_SESSIONS},
            {"const": "open-ended"},
        ]
    },
)
_RANGE = Text(read_session_range, {"type": "string", "pattern": "^[0-9]+ to [0-9]+$"})
_LISTED = Record(
    _named_session,
    {
        "name": Key(LINE, "the name of the session, such as screening"),
        "day": Key(
            whole(-3660, 3660),
            "its day; negative before the baseline; with `follows` the days after that session",
        ),
        "window": Key(_WINDOW, "its window, if it is not the phase's", None),
        "length": Key(_MINUTES, "how long it takes, if not all steps, such as 30 min", None),
        "follows": Key(LINE, "the session it counts from as placed, instead of the baseline", ""),
    },
)
_PHASE_ENDS = {
    "pause": Key(_WEEKS, "the most weeks the rest of a course may be put off", 0),
    "after": Key(_GAP_DAYS, "time from the last target of the phase before", None),
}
_REVIEWS = Key(ListOf(_REVIEW), "decisions before going on", ())
_LISTED_PHASE = Record(
    _listed_phase,
    {
        "name": Key(LINE, "the name of the phase, such as treatment"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the baseline, there is no day 0; 0: day 0 is the baseline"
        ),
        "sessions": Key(ListOf(_LISTED), "the sessions, one by one, in the order of their days"),
        "window": Key(_WINDOW, "how far from its target a session may be placed", None),
        "gap": Key(_GAP, "fewest and most days between two sessions in a row", None),
        **_PHASE_ENDS,
        "reviews": _REVIEWS,
    },
    _check_listed,
)
_PHASE = Record(
    _phase,
    {
        "name": Key(LINE, "the name of the phase, such as induction"),
        "cadence": Key(_CADENCE, "how often, such as 2 per week"),
        "sessions": Key(_SESSIONS, "how many sessions, or open-ended", _NOT_GIVEN),
        "choice": Key(_RANGE, "how few and how many a user may choose, such as 4 to 6", None),
        "window": Key(_WINDOW, "how far from its target a session may be placed"),
        "gap": Key(_GAP, "fewest and most days between two sessions in a row"),
        **_PHASE_ENDS,
        "alternatives": Key(ListOf(_ALTERNATIVE), "cadences to choose with --cadence", ()),
        "reviews": _REVIEWS,
    },
    _check_phase,
)
_EITHER_PHASE = RecordBy(
    _PHASE,
    _LISTED_PHASE,
    lambda nodes: isinstance(nodes.get("sessions"), yaml.SequenceNode),
)
_DISTANCE_TEXT = Text(read_distance, {"type": "string", "examples": ["7 days", "48 h"]})
_DISTANCE = Record(
    _distances,
    {
        "from": Key(_DISTANCE_TEXT, "the nearest, such as 1 day or 24 h"),
        "to": Key(_DISTANCE_TEXT, "the furthest, such as 28 days or 72 h"),
        "ideally": Key(_DISTANCE_TEXT, "the best, such as 7 days or 48 h"),
    },
    _check_distances,
)


def _anchor(side: str) -> Text:
    return Text(
        partial(read_anchor, side),
        {"type": "string", "examples": ["first session", "each session", "last session"]},
    )


_VISIT = Record(
    _visit,
    {
        "kind": Key(one_of(*core.VISIT_KINDS), "what it is for; --without leaves a kind out"),
        "name": Key(LINE, "its title, if not its kind; it must not give the treatment away", ""),
        "length": Key(_MINUTES, "how long it takes, such as 45 min"),
        "before": Key(
            _anchor("before"), "the session it stands before, such as first session", None
        ),
        "after": Key(_anchor("after"), "the session it stands after, such as each session", None),
        "distance": Key(_DISTANCE, "how far: dates count in days, time that passes in hours"),
        "by": Key(
            one_of("clinic", "video"), "video: waking hours instead of clinic hours", "clinic"
        ),
    },
    _check_visit,
)
_STEP = Record(
    _step,
    {
        "name": Key(LINE, "what happens"),
        "length": Key(_MINUTES, "how long it takes, such as 40 min"),
    },
)
_INSTRUCTION = Record(
    core.Instruction,
    {
        "text": Key(LINE, "what to do or leave; it must not give the treatment away"),
        "when": Key(
            Text(read_when, {"type": "string", "pattern": "^(for|until) "}),
            "its time, such as for 6 h before, until 2 h before or until the next day",
            None,
        ),
        "note": Key(LINE, "words that follow the time", ""),
    },
)
_SOURCE = Record(
    core.Source,
    {
        "fact": Key(LINE, "what is known"),
        "source": Key(LINE, "where it comes from"),
        "grade": Key(one_of("A", "B", "convention"), "how sure it is"),
    },
)
_REMINDER = Text(read_reminder, {"type": "string", "examples": ["1 day", "2 h"]})
_PROTOCOL = {
    "id": Key(IDENTIFIER, "the name used on the command line, such as iv"),
    "title": Key(LINE, "what the protocol is, in a few words"),
    "label": Key(LINE, "a short name for staff calendars"),
    "version": Key(
        Text(one_line, {"type": ["string", "number"]}), "the version of this protocol, such as 1"
    ),
    "drug": Key(LINE, "the drug"),
    "route": Key(LINE, "how it is given"),
    "use": Key(LINE, "what it is given for"),
    "steps": Key(ListOf(_STEP), "the parts of one session, in order"),
    "phases": Key(ListOf(_EITHER_PHASE), "the phases, in order"),
    "visits": Key(ListOf(_VISIT), "linked visits: what stands beside the sessions", ()),
    "instructions": Key(
        ListOf(_INSTRUCTION), "what the patient should do or leave around a session", ()
    ),
    "reminders": Key(ListOf(_REMINDER), "before a session, the most important first", ()),
    "sources": Key(ListOf(_SOURCE), "where the facts come from"),
}


def _format_version(text: str) -> int:
    if text == "1":
        return 1
    raise ValueError(f"`{text}` is not a version this program reads: write 1")


_VERSION = Text(_format_version, {"const": 1})


def _protocols(version: int, protocols: tuple[core.Protocol, ...]) -> tuple[core.Protocol, ...]:
    del version
    return protocols


def _file(*, proven: bool) -> Record:
    protocol = Record(core.Protocol, _PROTOCOL, None if proven else _check_protocol)
    return Record(
        _protocols,
        {
            "version": Key(_VERSION, "the version of this file format: 1"),
            "protocols": Key(ListOf(protocol), "the protocols"),
        },
        _check_ids,
    )
