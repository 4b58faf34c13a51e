"""Protocol files: YAML to `Protocol`, and the JSON Schema of the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from ketasched.core import protocol as core
from ketasched.core.soundness import drug_words, own_gaps_fault
from ketasched.core.units import read_days, read_duration, read_minutes, read_weeks
from ketasched.reader.fields import (
    Key,
    ListOf,
    Reading,
    Record,
    Schema,
    Text,
    TextOr,
    one_of,
    read_record,
    whole,
)
from ketasched.reader.source import Source, compose, read_file

BUILT_IN = "built-in protocols.yaml"
LONGEST_SESSION = 24 * 60
LONGEST_GAP = 366
_NOT_GIVEN = 0


def load(path: str) -> list[core.Protocol]:
    """The protocols of a file, in its order; ``-`` reads standard input.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it.
    """
    return _read(read_file(path), ours=False)


def load_built_in() -> list[core.Protocol]:
    """The protocols that come with ketasched, in the order of their file.

    The package carries a copy; an editable install finds the one beside the package.
    """
    package = Path(__file__).parents[1]
    shipped = package / "protocols.yaml"
    source = read_file(str(shipped if shipped.exists() else package.parent / "protocols.yaml"))
    source.file = BUILT_IN
    return _read(source, ours=True)


def schema() -> Schema:
    """The JSON Schema of protocol files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched protocols, version 1",
        **_file(None).schema(),
    }


def _read(source: Source, *, ours: bool) -> list[core.Protocol]:
    # The suite checks our own file whole; its targets need no proof at every start.
    record = _file(None if ours else _check_protocol)
    protocols = read_record(source, compose(source, ours=ours), record)
    return [replace(one, file=source.file) for one in protocols]


# The format, from the outside in


def _file(sound: Callable[[core.Protocol, Reading], None] | None) -> Record:
    return Record(
        lambda version, protocols: protocols,
        {
            "version": Key(whole(1, 1), "the version of this file format: 1"),
            "protocols": Key(ListOf(Record(core.Protocol, _PROTOCOL, sound)), "the protocols"),
        },
        _check_ids,
    )


def _check_ids(protocols: tuple[core.Protocol, ...], reading: Reading) -> None:
    seen: set[str] = set()
    for one in protocols:
        if one.id in seen:
            reading.fault_in(one, "id", f"two protocols have the id `{one.id}`")
        seen.add(one.id)


def _identifier(text: str) -> str:
    if text.isascii() and text.replace("-", "").isalnum() and text == text.lower():
        return text
    raise ValueError(
        f"`{text}` is not an id: use small letters, digits and hyphens, such as iv-weekly"
    )


def _one_line(text: str) -> str:
    if len(text) > 500 or not text.isprintable():
        raise ValueError("write one line of at most 500 characters")
    return text


def _within(read: Callable[[str], int], least: int, most: int, unit: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = read(text)
        if least <= number <= most:
            return number
        raise ValueError(f"`{text}` is outside {least} to {most} {unit}")

    return parse


def _length(read: Callable[[str], int], least: int, most: int, unit: str) -> Text:
    pattern = r"^\s*([0-9]+\s*[A-Za-z]+\s*)+$"
    describe = {"type": "string", "pattern": pattern, "examples": [f"{max(least, 2)} {unit}"]}
    return Text(_within(read, least, most, unit), describe)


def _sessions(text: str) -> int | None:
    if text == "open-ended":
        return None
    try:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    except ValueError:
        number = -1
    if 1 <= number <= core.MAX_SESSIONS:
        return number
    raise ValueError(f"`{text}`: write 1 to {core.MAX_SESSIONS} sessions, or open-ended")


def _session_range(text: str) -> core.SessionRange:
    fewest, word, most = text.partition(" to ")
    if word and fewest.strip().isdecimal() and most.strip().isdecimal() and len(text) < 16:
        found = core.SessionRange(int(fewest), int(most))
        if 1 <= found.fewest < found.most <= core.MAX_SESSIONS:
            return found
    raise ValueError(f"`{text}` is not a range of sessions: write, say, 4 to 6")


def _reminder(text: str) -> timedelta:
    length = read_duration(text)
    if timedelta() < length <= timedelta(weeks=4):
        return length
    raise ValueError(f"`{text}`: remind between 1 min and 4 weeks before")


def _when(text: str) -> core.When:
    edge, _, rest = " ".join(text.split()).partition(" ")
    length, _, side = rest.rpartition(" ")
    if edge == "until" and rest == "the next day":
        return core.When("until", None)
    if edge not in ("for", "until") or side not in ("before", "after"):
        raise ValueError(
            f"`{text}`: write, say, for 6 h before, until 2 h before, for 24 h after or until the next day"
        )
    minutes = read_minutes(length)
    if not 0 < minutes <= 7 * 1440:
        raise ValueError(f"`{text}`: write a time between 1 min and 7 days")
    if side == "after":
        return core.When("until", minutes)
    return core.When("from" if edge == "for" else "until", -minutes)


def _phase(sessions: int | None, cadence: core.Cadence, **keys: Any) -> core.Phase:
    if sessions == _NOT_GIVEN and isinstance(cadence, core.DayList):
        sessions = len(cadence.days)
    return core.Phase(cadence=cadence, sessions=sessions, **keys)


def _alternative(cadence: core.Cadence, window: core.Window | None, gap: core.Gap | None) -> Any:
    return cadence, window, gap


_LINE = Text(_one_line, {"type": "string", "minLength": 1, "maxLength": 500})
_DAYS = _length(read_days, 0, LONGEST_GAP, "days")
_GAP_DAYS = _length(read_days, 1, LONGEST_GAP, "days")


def _check_gap(gap: core.Gap, reading: Reading) -> None:
    if gap.max < gap.min:
        reading.fault_in(
            gap, "max", f"the largest gap is smaller than the smallest, {gap.min} days"
        )


def _check_days(listed: core.DayList, reading: Reading) -> None:
    if any(later <= earlier for earlier, later in pairwise(listed.days)):
        reading.fault_in(listed, "days", "the days must go up")
    elif listed.days[0] != listed.first_day:
        reading.fault_in(
            listed, "days", f"the list must begin with its first day, {listed.first_day}"
        )


_CADENCE = TextOr(
    Text(
        core.read_cadence,
        {
            "type": "string",
            "examples": [
                "2 per week",
                "2 per week, every other week",
                "every 4 weeks",
                "consecutive working days",
            ],
        },
    ),
    Record(
        core.DayList,
        {
            "days": Key(ListOf(whole(0, 3660)), "the days of the sessions, in order"),
            "first_day": Key(
                whole(0, 1),
                "1: day 1 is the first day, there is no day 0; 0: day 0 is the baseline",
            ),
        },
        _check_days,
    ),
)
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


def _check_phase(phase: core.Phase, reading: Reading) -> None:
    count = phase.sessions
    if count == _NOT_GIVEN:
        reading.fault_in(
            phase, "", "the key `sessions` is missing", "write a number, or open-ended"
        )
        return
    if isinstance(phase.cadence, core.DayList) and count != len(phase.cadence.days):
        reading.fault_in(
            phase,
            "sessions",
            f"the cadence lists {len(phase.cadence.days)} days",
            "leave `sessions` out",
        )
    if phase.choice and (count is None or not phase.choice.fewest <= count <= phase.choice.most):
        reading.fault_in(phase, "choice", "`sessions` must be a number inside this range")
    for review in phase.reviews:
        if count is None and review.after_session is None:
            reading.fault_in(
                review, "", "an open-ended phase has no last session: add `after_session`"
            )
        if count is not None and (review.after_session or 1) > count:
            reading.fault_in(review, "after_session", f"the phase has {count} sessions")
    offered = [phase.cadence, *(one.cadence for one in phase.alternatives)]
    if len(set(offered)) < len(offered):
        reading.fault_in(phase, "alternatives", "two of the phase's cadences are the same")


def _build_phase(alternatives: tuple[Any, ...], **keys: Any) -> core.Phase:
    """An alternative has the phase's window and gap unless it says otherwise."""
    full = tuple(
        core.Alternative(cadence, window or keys["window"], gap or keys["gap"])
        for cadence, window, gap in alternatives
    )
    return _phase(alternatives=full, **keys)


_PHASE = {
    "name": Key(_LINE, "the name of the phase, such as induction"),
    "cadence": Key(_CADENCE, "how often, such as 2 per week"),
    "sessions": Key(
        Text(_sessions, {"oneOf": [{"type": "integer", "minimum": 1, "maximum": core.MAX_SESSIONS}, {"const": "open-ended"}]}),
        "how many sessions, or open-ended",
        _NOT_GIVEN,
    ),
    "choice": Key(
        Text(_session_range, {"type": "string", "pattern": "^[0-9]+ to [0-9]+$"}),
        "the range of sessions a user may choose from, such as 4 to 6",
        None,
    ),
    "window": Key(_WINDOW, "how far from its target a session may be placed"),
    "gap": Key(_GAP, "fewest and most days between two sessions in a row"),
    "pause": Key(_length(read_weeks, 0, 52, "weeks"), "the most weeks the rest of a course may be put off", 0),
    "after": Key(_length(read_days, 1, LONGEST_GAP, "days"), "time from the last target of the phase before", None),
    "alternatives": Key(
        ListOf(
            Record(
                _alternative,
                {
                    "cadence": Key(_CADENCE, "another cadence a user may choose"),
                    "window": Key(_WINDOW, "its window, if it differs", None),
                    "gap": Key(_GAP, "its gap, if it differs", None),
                },
            )
        ),
        "other cadences a user may choose with --cadence",
        (),
    ),
    "reviews": Key(
        ListOf(
            Record(
                core.Review,
                {
                    "name": Key(_LINE, "what is decided"),
                    "after_session": Key(
                        whole(1, core.MAX_SESSIONS), "the session of the phase it follows; left out: the last", None
                    ),
                },
            )
        ),
        "decisions before going on",
        (),
    ),
}  # fmt: skip

_PROTOCOL = {
    "id": Key(
        Text(_identifier, {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
        "the name used on the command line, such as iv",
    ),
    "title": Key(_LINE, "what the protocol is, in a few words"),
    "label": Key(_LINE, "a short name for staff calendars"),
    "version": Key(
        Text(_one_line, {"type": ["string", "number"]}), "the version of this protocol, such as 1"
    ),
    "drug": Key(_LINE, "the drug"),
    "route": Key(_LINE, "how it is given"),
    "use": Key(_LINE, "what it is given for"),
    "steps": Key(
        ListOf(
            Record(
                lambda name, length: core.Step(name, length),
                {
                    "name": Key(_LINE, "what happens"),
                    "length": Key(_length(read_minutes, 1, LONGEST_SESSION, "min"), "how long it takes, such as 40 min"),
                },
            )
        ),
        "the parts of one session, in order",
    ),
    "phases": Key(ListOf(Record(_build_phase, _PHASE, _check_phase), 50), "the phases, in order"),
    "instructions": Key(
        ListOf(
            Record(
                core.Instruction,
                {
                    "text": Key(_LINE, "what to do or leave; it must not name the drug"),
                    "when": Key(
                        Text(_when, {"type": "string", "pattern": "^(for|until) "}),
                        "its time, such as for 6 h before, until 2 h before or until the next day",
                        None,
                    ),
                    "note": Key(_LINE, "words that follow the time", ""),
                },
            )
        ),
        "what the patient should do or leave before and after a session",
        (),
    ),
    "reminders": Key(
        ListOf(Text(_reminder, {"type": "string", "examples": ["1 day", "2 h"]}), 10),
        "reminders before a session, the most important first",
        (),
    ),
    "sources": Key(
        ListOf(
            Record(
                core.Source,
                {
                    "fact": Key(_LINE, "what is known"),
                    "source": Key(_LINE, "where it comes from"),
                    "grade": Key(one_of("A", "B", "convention"), "how sure it is"),
                },
            )
        ),
        "where the facts come from",
    ),
}  # fmt: skip


def _check_protocol(protocol: core.Protocol, reading: Reading) -> None:
    before = len(reading.problems)
    if protocol.minutes > LONGEST_SESSION:
        reading.fault_in(protocol, "steps", "the steps of one session take more than a day")
    if sum(phase.sessions or 0 for phase in protocol.phases) > core.MAX_SESSIONS:
        reading.fault_in(
            protocol, "phases", f"the phases have more than {core.MAX_SESSIONS} sessions"
        )
    _check_order(protocol, reading)
    for instruction in protocol.instructions:
        named = [word for word in drug_words(protocol) if word in instruction.text.casefold()]
        if named:
            reading.fault_in(
                instruction,
                "text",
                f"`{named[0]}` names the drug, and instructions go into the patient's discreet calendar",
                "say it without the name of the drug",
            )
    if len(reading.problems) > before:
        return
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
        if phase.after is None:
            continue
        if position == 0:
            reading.fault_in(
                phase, "after", "the first phase begins on the start itself", "leave `after` out"
            )
        elif isinstance(phase.cadence, core.PerWeek) and phase.after % 7:
            reading.fault_in(phase, "after", f"before {phase.cadence}, write whole weeks")
