"""A study as its file has it: designs, timelines, instances and timings, with their references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.files.study_design.lengths import NoFixedLength, read_length

if TYPE_CHECKING:
    from ketasched.files.study_design.parts import Part

MOST = 1000
"""The most instances or timings of a timeline; a guard, no rule of the model."""
Kind = Literal["visit", "decision"]
TimingKind = Literal["baseline", "after", "before"]
_KINDS: Mapping[str, Kind] = {
    "ScheduledActivityInstance": "visit",
    "ScheduledDecisionInstance": "decision",
}
_TIMING_KINDS: Mapping[str, TimingKind] = {
    "fixed reference": "baseline",
    "after": "after",
    "before": "before",
}
_TIMING_CODES: Mapping[str, TimingKind] = {
    "C201358": "baseline",
    "C201356": "after",
    "C201357": "before",
}


class Activity(NamedTuple):
    """Something that is done, its procedures, and the timeline it runs by, if it has one."""

    id: str
    name: str
    procedures: tuple[str, ...]
    timeline: str


class StudyArm(NamedTuple):
    """A group that is treated alike."""

    id: str
    name: str


class Encounter(NamedTuple):
    """A visit by name, the rules for its begin and end, and how people meet (empty: in person)."""

    id: str
    name: str
    rules: tuple[str, ...]
    contact: str


class Branch(NamedTuple):
    """Where a decision leads if a condition holds."""

    condition: str
    target: str


class Instance(NamedTuple):
    """A point of a timeline: a visit or a decision. ``next`` is what follows it by default."""

    id: str
    name: str
    kind: Kind
    epoch: str
    encounter: str
    activities: tuple[str, ...]
    timeline: str
    next: str
    branches: tuple[Branch, ...]
    part: Part


class Timing(NamedTuple):
    """When an instance is, in minutes before or after another; None: the length is not fixed.

    ``early`` and ``late`` are the window as it is written, empty where nothing is said.
    """

    id: str
    name: str
    kind: TimingKind
    minutes: int | None
    value: str
    relation: str
    instance: str
    counts_from: str
    early: str
    late: str
    part: Part

    @property
    def window(self) -> str:
        """The window in the words of a list; empty where nothing is said."""
        if not (self.early or self.late):
            return ""
        return f"{self.early or 'nothing'} early and {self.late or 'nothing'} late"


class Timeline(NamedTuple):
    """A timeline; ``entry`` is its first instance."""

    id: str
    name: str
    is_main: bool
    entry: str
    instances: dict[str, Instance]
    timings: list[Timing]
    part: Part


class Design(NamedTuple):
    """A design: the arms by id, and the epochs of each."""

    name: str
    encounters: dict[str, Encounter]
    activities: dict[str, Activity]
    epochs: dict[str, str]
    arms: dict[str, StudyArm]
    cells: list[tuple[str, str]]
    timelines: list[Timeline]
    part: Part


def design_of(part: Part) -> Design:
    """Read a design; what is damaged is noted, but for references (`references`)."""
    encounters = {encounter.id: _encounter(encounter) for encounter in _known(part, "encounters")}
    activities = {activity.id: _activity(activity) for activity in _known(part, "activities")}
    epochs = {epoch.id: epoch.name for epoch in _known(part, "epochs")}
    arms = {arm.id: StudyArm(arm.id, arm.name) for arm in _known(part, "arms")}
    timelines = list(map(_timeline, _known(part, "scheduleTimelines")))
    cells = [
        (reference(cell, "armId", arms, "arm"), reference(cell, "epochId", epochs, "epoch"))
        for cell in part.parts("studyCells")
    ]
    return Design(part.name, encounters, activities, epochs, arms, cells, timelines, part)


def _known(part: Part, key: str) -> list[Part]:
    """The objects of a list, each with an id of its own."""
    parts: dict[str, Part] = {}
    for inner in part.parts(key):
        if not inner.id:
            inner.fault("id", f"an object in `{key}` has no `id`")
        elif inner.id in parts:
            inner.fault("id", f"two objects in `{key}` have the id `{inner.id}`")
        else:
            parts[inner.id] = inner
    return list(parts.values())


def _encounter(part: Part) -> Encounter:
    rules = []
    for key, word in (("transitionStartRule", "begins"), ("transitionEndRule", "ends")):
        rule = part.part(key)
        if rule and (text := rule.text("text") or rule.name):
            rules.append(f"{word} by the rule: {text}")
    contacts = [code.text("decode") for code in part.parts("contactModes")]
    contact = ", ".join(text for text in contacts if text and text.casefold() != "in person")
    return Encounter(part.id, part.name, tuple(rules), contact)


def _activity(part: Part) -> Activity:
    procedures = tuple(procedure.name for procedure in part.parts("definedProcedures"))
    return Activity(part.id, part.name, procedures, part.text("timelineId"))


def _timeline(part: Part) -> Timeline:
    is_main = part.values.get("mainTimeline")
    if not isinstance(is_main, bool | None):
        part.fault("mainTimeline", "`mainTimeline` is neither true nor false")
    instances = list(map(_instance, _known(part, "instances")))
    timings = list(map(_timing, _known(part, "timings")))
    for key, parts in (("instances", instances), ("timings", timings)):
        if len(parts) > MOST:
            part.fault(key, f"a timeline has more than {MOST} {key}")
    return Timeline(
        part.id,
        part.name,
        is_main is True,
        part.text("entryId"),
        {instance.id: instance for instance in instances if instance},
        [timing for timing in timings if timing],
        part,
    )


def _instance(part: Part) -> Instance | None:
    word = part.text("instanceType")
    kind = _KINDS.get(word)
    if kind is None:
        message = f"`{word}` is no kind of instance" if word else "the instance has no kind"
        part.fault("instanceType", message, f"there are: {', '.join(_KINDS)}")
        return None
    if part.parts("timings"):
        hint = "save the study as USDM version 4"
        part.fault("timings", "timings within an instance: an older version of USDM", hint)
    branches = tuple(
        Branch(branch.text("condition"), branch.text("conditionTargetId"))
        for branch in part.parts("conditionAssignments")
    )
    return Instance(
        part.id,
        part.name,
        kind,
        part.text("epochId"),
        part.text("encounterId"),
        part.texts("activityIds"),
        part.text("timelineId"),
        part.text("defaultConditionId"),
        branches,
        part,
    )


def _timing(part: Part) -> Timing | None:
    code = part.part("type")
    words = code.text("decode") if code else ""
    kind = _TIMING_KINDS.get(words.casefold().removesuffix(" timing type"))
    kind = kind or (_TIMING_CODES.get(code.text("code")) if code else None)
    value = part.text("value")
    if kind is None:
        message = f"`{words}` is no type of timing" if words else "the timing has no type"
        part.fault("type", message, "there are: Fixed Reference, After, Before")
        return None
    relation = part.part("relativeToFrom")
    return Timing(
        part.id,
        part.name,
        kind,
        _minutes(part, kind, value),
        value,
        relation.text("decode") if relation else "",
        part.text("relativeFromScheduledInstanceId"),
        part.text("relativeToScheduledInstanceId"),
        part.text("windowLower"),
        part.text("windowUpper"),
        part,
    )


def _minutes(part: Part, kind: TimingKind, value: str) -> int | None:
    if kind == "baseline" and not value:
        return 0
    try:
        minutes = read_length(value)
    except NoFixedLength:
        return None
    except ValueError as error:
        part.fault("value", str(error))
        return None
    if minutes < 0:
        part.fault("value", f"`{value}` has a sign: Before and After say the direction")
    return minutes


def reference(part: Part, key: str, known: Mapping[str, object], noun: str) -> str:
    """An id that there is; empty if none is named, or one that there is not is noted."""
    name = part.text(key)
    if name and name not in known:
        part.fault(key, f"there is no {noun} `{name[:60]}`")
        return ""
    return name
