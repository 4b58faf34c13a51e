"""What no session says: other timelines, unused encounters, conditions, and whatever was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.domain.wording import count_text
from ketasched.files.study_design.days import Days
from ketasched.files.study_design.ledger import WINDOW, Ledger, called
from ketasched.files.study_design.study import Design, Timeline

if TYPE_CHECKING:
    from ketasched.files.study_design.parts import Part


def list_left_over(
    version: Part, design: Design, timeline: Timeline, days: Days, ledger: Ledger
) -> None:
    """List all of a design that its sessions do not say."""
    _list_timings(timeline, days, ledger)
    _list_encounters(design, ledger)
    _list_activities(design, ledger)
    _list_timelines(design, timeline, ledger)
    for condition in (*version.parts("conditions"), *design.part.parts("conditions")):
        ledger.note(f"condition {condition.name}: {condition.text('text') or 'not said'}")
    for part in (*_parts(timeline), *design.part.parts("encounters")):
        if part.parts("extensionAttributes"):
            ledger.note(f"{called(part)} has extensionAttributes, which are not read")
    for instance in timeline.instances.values():
        if not ledger.knows(instance.id):
            ledger.note(f"{called(instance)} is not in the protocol", instance.id)


def _parts(timeline: Timeline) -> list[Part]:
    instances = [instance.part for instance in timeline.instances.values()]
    return [*instances, *(timing.part for timing in timeline.timings)]


def _list_timings(timeline: Timeline, days: Days, ledger: Ledger) -> None:
    for timing in timeline.timings:
        if not ledger.knows(timing.id):
            instance = timeline.instances.get(timing.instance)
            if instance and instance.kind == "decision":
                reason = f"is the time of {instance.name}: a review follows its session"
            elif timing.instance in days.moments:
                reason = "says no more than other timings do"
            else:
                reason = "is not in the protocol"
            ledger.note(f"{called(timing)}, {timing.value}, {reason}", timing.id)
        if timing.window and not ledger.knows(timing.id + WINDOW):
            ledger.note(
                f"the window of {called(timing)}, {timing.window}, is not in the protocol",
                timing.id + WINDOW,
            )


def _list_encounters(design: Design, ledger: Ledger) -> None:
    for encounter in design.encounters.values():
        about = called(encounter)
        if not ledger.knows(encounter.id):
            ledger.note(f"{about} is an encounter of no session", encounter.id)
        if encounter.contact:
            ledger.note(f"{about}: {encounter.contact}, and the protocol has sessions in person")
        for rule in encounter.rules:
            ledger.note(f"{about} {rule}")


def _list_activities(design: Design, ledger: Ledger) -> None:
    unused = [activity for name, activity in design.activities.items() if name not in ledger.said]
    if unused:
        names = ", ".join(map(called, unused))
        ledger.note(f"activities of no session: {names}", *(activity.id for activity in unused))


def _list_timelines(design: Design, main: Timeline, ledger: Ledger) -> None:
    """Timelines within a visit, or beside the main one."""
    for timeline in design.timelines:
        if timeline is main:
            continue
        within = [
            instance.name
            for instance in main.instances.values()
            if timeline.id == instance.timeline
            or any(
                design.activities[name].timeline == timeline.id
                for name in instance.activities
                if name in design.activities
            )
        ]
        windows = sum(bool(timing.window) for timing in timeline.timings)
        size = ", ".join(
            count_text(count, noun)
            for count, noun in (
                (len(timeline.instances), "instance"),
                (len(timeline.timings), "timing"),
                (windows, "window"),
            )
        )
        where = f"within {', '.join(within)}" if within else "beside the main one"
        ledger.note(f"timeline {called(timeline)}, {where}: not read ({size})")
