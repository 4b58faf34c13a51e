"""The sessions of a protocol: the instances of each day, with their window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, count
from typing import NamedTuple

from ketasched.domain.wording import count_text
from ketasched.files.study_design.days import Days, Moment
from ketasched.files.study_design.ledger import WINDOW, Ledger, called
from ketasched.files.study_design.lengths import DAY, NoFixedLength, read_length
from ketasched.files.study_design.study import Design, Instance, Timeline, Timing

LAST_DAY = 3660
LONGEST_WINDOW = 366
_LONGEST_NAME = 400
_MOST_NAMED = 8


class Sides(NamedTuple):
    """A window: days early, days late."""

    early: int
    late: int


class Session(NamedTuple):
    """A session: its instances, and its day from the baseline; with ``follows`` the ``distance``
    to that session is what holds. ``arms``: of which alone it is, of all if there are none.
    """

    name: str
    offset: int
    instances: tuple[Instance, ...]
    window: Sides
    follows: str = ""
    distance: int = 0
    arms: tuple[str, ...] = ()

    @property
    def may_move(self) -> bool:
        """Whether it may stand on another day than that from the baseline."""
        return bool(self.follows) or any(self.window)


class _Context(NamedTuple):
    design: Design
    timeline: Timeline
    days: Days
    ledger: Ledger


def sessions_of(
    design: Design, timeline: Timeline, days: Days, instances: list[Instance], ledger: Ledger
) -> list[Session]:
    """The sessions that some instances make, in the order of their days; those that are no visit,
    or out of reach, are listed.
    """
    context = _Context(design, timeline, days, ledger)
    by_day: dict[int, list[Instance]] = defaultdict(list)
    for instance in instances:
        moment = days.moments.get(instance.id)
        if moment and instance.kind == "visit" and _is_visit(context, instance, moment):
            by_day[moment.day].append(instance)
    sessions: dict[int, Session] = {}
    names: set[str] = set()
    for day, together in sorted(by_day.items()):
        session = _session(context, day, together)
        name = _unlike(session, day_number(day, days.first_day), names)
        names.add(name.casefold())
        sessions[day] = session._replace(name=name)
    for day, session in sessions.items():
        sessions[day] = _following(context, session, sessions)
    for session in sessions.values():
        _list_other_counts(context, session, sessions)
    _list_without_window(context, sessions.values())
    return list(sessions.values())


def day_number(offset: int, first_day: int) -> int:
    """What a day is called; there is no day 0 where the first day is 1."""
    return offset + first_day if offset >= 0 else offset


def _is_visit(context: _Context, instance: Instance, moment: Moment) -> bool:
    about = called(instance)
    if abs(moment.day) >= LAST_DAY:
        context.ledger.note(f"{about} is more than ten years from the baseline", instance.id)
        return False
    if instance.encounter or instance.activities or not moment.other:
        return True
    context.ledger.note(
        f"{about} has no encounter and no activity: a point in time, and no session", instance.id
    )
    context.ledger.say([moment.timing.id])
    return False


def _session(context: _Context, day: int, instances: list[Instance]) -> Session:
    leading = _leading(context, day, instances)
    window = _window(context, leading)
    for instance in instances:
        timing = context.days.moments[instance.id].timing
        context.ledger.say([instance.id, timing.id])
        if instance not in leading and timing.window:
            context.ledger.note(
                f"{instance.name}: {called(timing)} has a window within its day, "
                f"{timing.window}, which the protocol cannot say",
                timing.id + WINDOW,
            )
    return Session(_name(context, instances), day, tuple(instances), window)


def _leading(context: _Context, day: int, instances: Iterable[Instance]) -> list[Instance]:
    """Those whose day is by their own timing, and not by that of another instance of the day; the
    baseline first.
    """
    moments = context.days.moments
    together = list(instances)
    leading = [
        instance
        for instance in together
        if not (other := moments[instance.id].other) or moments[other].day != day
    ]
    return sorted(leading, key=lambda instance: bool(moments[instance.id].other)) or together[:1]


def _counts_from(context: _Context, instance: Instance) -> int:
    """The day of what an instance counts from, leaving out what is on its own day; 0 is that of the
    baseline.
    """
    moments = context.days.moments
    moment = moments[instance.id]
    day = moment.day
    while moment.other and moment.day == day:
        moment = moments[moment.other]
    return moment.day


def _following(context: _Context, session: Session, sessions: dict[int, Session]) -> Session:
    """Let a session count from an earlier one that its timing names, if that may stand elsewhere
    than its day from the baseline says.
    """
    lead = _leading(context, session.offset, session.instances)[0]
    day = _counts_from(context, lead)
    other = sessions.get(day)
    backwards = context.days.moments[lead.id].backwards
    if day and day < session.offset and other and other.may_move and not backwards:
        return session._replace(follows=other.name, distance=session.offset - day)
    return session


def _list_other_counts(context: _Context, session: Session, sessions: dict[int, Session]) -> None:
    """List the timings that count from something else than the protocol does."""
    for lead in _leading(context, session.offset, session.instances):
        moment = context.days.moments[lead.id]
        day = _counts_from(context, lead)
        other = sessions.get(day)
        own = session.offset - session.distance if session.follows else 0
        if moment.backwards:
            context.ledger.note(
                f"{session.name}: its day is by {called(moment.timing)}, the timing "
                "of a session that counts from it",
                moment.timing.id,
            )
        elif day not in (own, session.offset) and (other is None or other.may_move):
            name = context.timeline.instances[moment.other].name
            context.ledger.note(
                f"{session.name}: {called(moment.timing)} counts from {name}, and the protocol "
                f"from {session.follows or 'the baseline'}",
                moment.timing.id,
            )


# Windows


def _window(context: _Context, instances: list[Instance]) -> Sides:
    """What all of their windows have in common; hours are no days, so that none gets wider."""
    windows = []
    for instance in instances:
        moment = context.days.moments[instance.id]
        early, late = (
            _days(context, moment.timing, key, text)
            for key, text in (
                ("windowLower", moment.timing.early),
                ("windowUpper", moment.timing.late),
            )
        )
        windows.append(Sides(late, early) if moment.backwards else Sides(early, late))
        context.ledger.say([moment.timing.id + WINDOW])
    window = Sides(*map(min, zip(*windows, strict=True)))
    if len(set(windows)) > 1:
        names = " and ".join(instance.name for instance in instances)
        context.ledger.note(
            f"{names} are on one day with windows of their own: the session has what they share"
        )
    return window


def _list_without_window(context: _Context, sessions: Iterable[Session]) -> None:
    moments = context.days.moments
    exact = [
        session.name
        for session in sessions
        if not any(moments[instance.id].timing.window for instance in session.instances)
    ]
    if len(exact) > _MOST_NAMED:
        exact[_MOST_NAMED:] = [f"and {len(exact) - _MOST_NAMED} more"]
    if exact:
        context.ledger.note(f"no window is said, so on their day only: {', '.join(exact)}")


def _days(context: _Context, timing: Timing, key: str, text: str) -> int:
    """Whole days of one side of a window."""
    if not text:
        return 0
    about = f"the window of {called(timing)}, {key} {text}"
    try:
        minutes = read_length(text)
    except NoFixedLength:
        context.ledger.note(f"{about}, counts months, which differ in length: no days here")
        return 0
    except ValueError as error:
        timing.part.fault(key, str(error))
        return 0
    if minutes < 0 and key == "windowUpper":
        timing.part.fault(key, f"`{text}`: the size of a window has no sign")
        return 0
    if minutes < 0:
        context.ledger.note(f"{about}, has a sign: it is read as a size")
    days, rest = divmod(abs(minutes), DAY)
    if rest:
        context.ledger.note(
            f"{about}, is no whole number of days: {count_text(days, 'day')} here, never more"
        )
    if days > LONGEST_WINDOW:
        context.ledger.note(f"{about}, is longer than {LONGEST_WINDOW} days: those here")
    return min(days, LONGEST_WINDOW)


# Names


def _name(context: _Context, instances: list[Instance]) -> str:
    names: dict[str, None] = {}
    for instance in instances:
        encounter = context.design.encounters.get(instance.encounter)
        if encounter:
            names[encounter.name] = None
            context.ledger.say([encounter.id])
    if not names:
        names = dict.fromkeys(instance.name for instance in instances)
        listed = ", ".join(map(called, instances))
        context.ledger.note(f"{listed}: no encounter is named; the session has this name")
    elif len(names) > 1:
        listed = " and ".join(names)
        context.ledger.note(f"{listed} are on one day: the protocol has one session of them")
    return _cut(" / ".join(names))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _unlike(session: Session, day: int, names: set[str]) -> str:
    """A name that no session before has."""
    instance = _cut(session.instances[0].name)
    own = (session.name, f"{session.name} ({instance})", f"{session.name} (day {day})")
    numbered = (f"{own[-1]} ({number})" for number in count(2))
    return next(name for name in chain(own, numbered) if name.casefold() not in names)
