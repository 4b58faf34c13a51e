"""Whether what the parts of a timeline name is there."""

from __future__ import annotations

from ketasched.files.study_design.study import Design, Timeline, reference


def check_references(design: Design, timeline: Timeline) -> None:
    """Note each id that there is not; what is damaged itself is noted already."""
    points = {
        **timeline.instances,
        **{way_out.id: way_out for way_out in timeline.part.parts("exits")},
    }
    timelines = {other.id: other for other in design.timelines}
    damaged = {
        instance.id for instance in timeline.part.parts("instances")
    } - timeline.instances.keys()
    points.update((name, timeline.part) for name in damaged)
    reference(timeline.part, "entryId", points, "instance")
    for instance in timeline.instances.values():
        part = instance.part
        reference(part, "epochId", design.epochs, "epoch")
        reference(part, "encounterId", design.encounters, "encounter")
        reference(part, "timelineId", timelines, "timeline")
        reference(part, "defaultConditionId", points, "instance")
        reference(part, "timelineExitId", points, "exit")
        for name in instance.activities:
            if name not in design.activities:
                part.fault("activityIds", f"there is no activity `{name[:60]}`")
        for branch in part.parts("conditionAssignments"):
            reference(branch, "conditionTargetId", points, "instance")
    for timing in timeline.timings:
        if not timing.instance:
            message = "the timing names no instance: relativeFromScheduledInstanceId"
            timing.part.fault("", message)
        if not timing.counts_from and timing.kind != "baseline":
            message = "the timing counts from nothing: relativeToScheduledInstanceId"
            timing.part.fault("", message)
        reference(timing.part, "relativeFromScheduledInstanceId", points, "instance")
        reference(timing.part, "relativeToScheduledInstanceId", points, "instance")
