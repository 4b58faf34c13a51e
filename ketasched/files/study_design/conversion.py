"""Studies in USDM's JSON, made into a protocol file with a list of what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ketasched.errors import FileProblems, Problem
from ketasched.files.study_design.arms import Arm, arms_of, short_names, together
from ketasched.files.study_design.days import Days, days_of
from ketasched.files.study_design.decisions import (
    Review,
    check_path,
    list_conditional,
    reviews_of,
)
from ketasched.files.study_design.ledger import Ledger
from ketasched.files.study_design.left_over import list_left_over
from ketasched.files.study_design.opening import opened
from ketasched.files.study_design.protocol_text import (
    Text,
    everywhere_of,
    list_text,
    protocol_text,
)
from ketasched.files.study_design.references import check_references
from ketasched.files.study_design.sessions import Session, sessions_of
from ketasched.files.study_design.study import Design, Timeline, design_of
from ketasched.reading.file_text import MAX_BYTES, FileBytes
from ketasched.reading.texts import make_id

if TYPE_CHECKING:
    from ketasched.files.study_design.parts import Part

NO_VERSION = "not stated"


class Converted(NamedTuple):
    """A protocol file, and what it does not say, or not as the study does; each once."""

    text: str
    notes: tuple[str, ...]


class _Asked(NamedTuple):
    """What was asked for: the id and the title of the protocol, the length of a visit."""

    file: str
    identifier: str
    title: str
    minutes: int


class _Plan(NamedTuple):
    """What the protocols of one design are made of."""

    version: Part
    design: Design
    timeline: Timeline
    days: Days
    arms: list[Arm]
    suffixes: tuple[str, str]
    ledger: Ledger


def convert(file: FileBytes, *, identifier: str, title: str, minutes: int) -> Converted:
    """Make a protocol file of a study: a protocol for each version, design and arm that differs.

    Args:
        file: the study, as JSON.
        identifier: the id of the protocol; of several, what their ids begin with.
        title: the title of the protocol; empty: that of the study.
        minutes: the length of a visit, of which a study says nothing.

    Raises:
        FileTrouble, FileProblems: all that is wrong with the study.
    """
    study = opened(file.name, file.data)
    asked = _Asked(file.last_name, identifier, title, minutes)
    plans = _plans(study)
    study.faults.finish()
    ids: set[str] = set()
    texts = [_protocols(study, plan, asked, ids) for plan in plans]
    study.faults.finish()
    text = f"# Made by: ketasched convert {file.argument}\nversion: 1\nprotocols:\n" + "".join(
        texts
    )
    if len(text.encode()) > MAX_BYTES:
        message = f"the protocol file would be larger than {MAX_BYTES // 1024} KiB"
        raise FileProblems(study.faults.source.file, [Problem(message)])
    notes = dict.fromkeys(note for plan in plans for note in plan.ledger.notes)
    return Converted(text, tuple(notes))


def _plans(study: Part) -> list[_Plan]:
    versions = study.parts("versions")
    if not versions:
        study.fault("versions", "the study has no version")
    plans = []
    for version in versions:
        designs = version.parts("studyDesigns")
        if not designs:
            version.fault("studyDesigns", "this version of the study has no design")
        for part in designs:
            suffixes = (
                make_id(version.text("versionIdentifier")) if len(versions) > 1 else "",
                make_id(part.name) if len(designs) > 1 else "",
            )
            plans.append(_plan(version, design_of(part), suffixes))
    return [plan for plan in plans if plan]


def _plan(version: Part, design: Design, suffixes: tuple[str, str]) -> _Plan | None:
    """The days and arms of a design; None after noting what is wrong."""
    for each in design.timelines:
        check_references(design, each)
    timeline = _main(design)
    ledger = Ledger()
    days = days_of(timeline, ledger) if timeline else None
    if timeline is None or days is None:
        return None
    baseline = next(name for name, moment in days.moments.items() if not moment.other)
    if timeline.instances[baseline].kind == "decision":
        timeline.instances[baseline].part.fault("", "the baseline is a decision, and no visit")
        return None
    arms = arms_of(design, timeline, baseline, ledger)
    if not arms:
        design.part.fault("studyCells", "no arm has the baseline")
    return _Plan(version, design, timeline, days, arms, suffixes, ledger)


def _main(design: Design) -> Timeline | None:
    """The timeline that a study is planned by."""
    if not design.timelines:
        design.part.fault("scheduleTimelines", "the design has no timeline")
        return None
    mains = [timeline for timeline in design.timelines if timeline.is_main]
    if len(mains) > 1:
        names = " and ".join(f"`{timeline.name}`" for timeline in mains)
        mains[1].part.fault("mainTimeline", f"several timelines are the main one: {names}")
        return None
    timeline = mains[0] if mains else design.timelines[0]
    if not mains and len(design.timelines) > 1:
        message = "no timeline is the main one"
        design.part.fault("scheduleTimelines", message, "set `mainTimeline` of one of them")
        return None
    if not timeline.instances:
        timeline.part.fault("instances", "the main timeline has no instances")
    return timeline


def _protocols(study: Part, plan: _Plan, asked: _Asked, ids: set[str]) -> str:
    """The protocol of a design, and the list behind it. Where its arms differ, and their reviews
    do too, each arm is a protocol of its own: the number of a session is not the same in all.
    """
    design, timeline, ledger = plan.design, plan.timeline, plan.ledger
    list_conditional(design, timeline, check_path(timeline), ledger)
    sessions = [
        sessions_of(design, timeline, plan.days, list(arm.instances), ledger) for arm in plan.arms
    ]
    reviews = [
        reviews_of(design, timeline, own, list(arm.instances), ledger)
        for arm, own in zip(plan.arms, sessions, strict=True)
    ]
    each = zip(plan.arms, sessions, reviews, strict=True)
    if len(plan.arms) > 1 and all(own == reviews[0] for own in reviews):
        names = short_names(plan.arms)
        titles = tuple(zip(names, (arm.name for arm in plan.arms), strict=True))
        all_arms = Arm("", ())
        text = _head(study, plan, all_arms, asked, ids)._replace(arms=titles)
        texts = [_protocol(plan, text, together(names, sessions), reviews[0])]
    else:
        texts = [
            _protocol(plan, _head(study, plan, arm, asked, ids), own, decided)
            for arm, own, decided in each
        ]
    list_left_over(plan.version, design, timeline, plan.days, ledger)
    return "".join(texts) + list_text(ledger.notes)


def _protocol(plan: _Plan, text: Text, sessions: list[Session], reviews: list[Review]) -> str:
    everywhere = everywhere_of(text, plan.design, sessions, plan.ledger)
    return protocol_text(text, plan.design, sessions, reviews, everywhere)


def _head(study: Part, plan: _Plan, arm: Arm, asked: _Asked, ids: set[str]) -> Text:
    own = asked.title or _title(study, plan.version)
    titles = (own, plan.design.name if plan.suffixes[1] else "", arm.name)
    return Text(
        identifier=_identifier(asked.identifier, plan, arm, ids),
        title=", ".join(filter(None, titles))[:300],
        label=(asked.title or study.name or asked.identifier)[:100],
        version=plan.version.text("versionIdentifier")[:100],
        drug=_drug(plan.version),
        minutes=asked.minutes,
        file=asked.file,
        first_day=plan.days.first_day,
    )


def _identifier(begin: str, plan: _Plan, arm: Arm, ids: set[str]) -> str:
    own = make_id(arm.name)
    suffix = own if not own or own[0].isalpha() else f"arm-{own}"
    own = "-".join(filter(None, (begin, *plan.suffixes, suffix)))
    number, identifier = 1, own
    while identifier in ids:
        number += 1
        identifier = f"{own}-{number}"
    ids.add(identifier)
    return identifier


def _title(study: Part, version: Part) -> str:
    """The brief title, else another, else the name of the study."""
    titles = {}
    for title in version.parts("titles"):
        kind = title.part("type")
        titles[kind.text("decode").casefold() if kind else ""] = title.text("text")
    texts = (titles.get("brief study title"), *titles.values(), study.name)
    return next((text for text in texts if text), "study")


def _drug(version: Part) -> str:
    """What is given, where it is one thing."""
    names = {part.name for part in version.parts("studyInterventions")}
    return names.pop() if len(names) == 1 else ""
