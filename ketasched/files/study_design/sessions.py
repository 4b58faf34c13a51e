"""The sessions of a protocol: the instances of each day, with their window."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ketasched.domain.wording import count_text
from ketasched.files.study_design.days import Days, Moment
from ketasched.files.study_design.ledger import WINDOW, Ledger, called
from ketasched.files.study_design.lengths import DAY, NoFixedLength, read_length
from ketasched.files.study_design.study import Design, Instance, Timeline, Timing

LAST_DAY = 3660
LONGEST_WINDOW = 366
_LONGEST_NAME = 400


class Sides(NamedTuple):
    """A window: days early, days late."""

    early: int
    late: int


class Session(NamedTuple):
    """A session: its instances, and its day from the baseline; with ``follows`` the ``distance``
    to that session is what holds.
    """

    name: str
    offset: int
    instances: tuple[Instance, ...]
    window: Sides
    follows: str = ""
    distance: int = 0


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
        session = _session(context, day, together, sessions)
        name = _unlike(session.name, day_number(day, days.first_day), names)
        names.add(name.casefold())
        sessions[day] = session._replace(name=name)
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


def _session(
    context: _Context, day: int, instances: list[Instance], before: dict[int, Session]
) -> Session:
    moments = context.days.moments
    leading = [one for one in instances if _leads(moments[one.id], day, moments)] or instances[:1]
    window = _window(context, leading)
    for instance in instances:
        timing = moments[instance.id].timing
        context.ledger.say([instance.id, timing.id])
        if instance not in leading and (timing.early or timing.late):
            context.ledger.note(
                f"{instance.name}: {called(timing)} has a window within its day, "
                f"{_written(timing)}, which the protocol cannot say",
                timing.id + WINDOW,
            )
    session = Session(_name(context, instances), day, tuple(instances), window)
    return _following(context, session, moments[leading[0].id], before)


def _leads(moment: Moment, day: int, moments: dict[str, Moment]) -> bool:
    """Whether the day is by its timing, and not by that of another instance of the day."""
    return not moment.other or moments[moment.other].day != day


def _following(
    context: _Context, session: Session, moment: Moment, before: dict[int, Session]
) -> Session:
    """Let a session count from the one its timing names, if that may stand elsewhere than its day
    from the baseline says.
    """
    if not moment.other:
        return session
    day = context.days.moments[moment.other].day
    other = before.get(day)
    if other and (other.follows or any(other.window)) and day and not moment.backwards:
        return session._replace(follows=other.name, distance=session.offset - day)
    if day and not moment.backwards and (session.offset < day or not other):
        name = context.timeline.instances[moment.other].name
        context.ledger.note(
            f"{session.name}: {called(moment.timing)} counts from {name}; "
            "the protocol counts from the baseline",
            moment.timing.id,
        )
    if moment.backwards:
        context.ledger.note(
            f"{session.name}: its day is by {called(moment.timing)}, the timing "
            "of a session that counts from it",
            moment.timing.id,
        )
    return session


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
    window = Sides(min(one.early for one in windows), min(one.late for one in windows))
    if len(set(windows)) > 1:
        names = " and ".join(instance.name for instance in instances)
        context.ledger.note(
            f"{names} are on one day with windows of their own: the session has what they share"
        )
    return window


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


def _written(timing: Timing) -> str:
    return f"{timing.early or 'nothing'} early and {timing.late or 'nothing'} late"


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


def _unlike(name: str, day: int, names: set[str]) -> str:
    """A name that no session before has."""
    count, own = 1, name
    while own.casefold() in names:
        own = f"{name} (day {day})" if count == 1 else f"{name} (day {day}, {count})"
        count += 1
    return own
