"""Publishing a course: what differs is sent, and what somebody changed is judged and decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ketasched.errors import KetaschedError
from ketasched.publishing.desk import Desk, PublishChoices
from ketasched.publishing.edits import JudgedEdit, Settlement, judge, take_in
from ketasched.publishing.sync import ACTION_KINDS, ActionKind, SyncResult
from ketasched.records.open import Opened


class PublishedCourse(NamedTuple):
    """What publishing a course came to, or would come to."""

    name: str
    counts: Counter[ActionKind]
    edits: Sequence[JudgedEdit]
    refusals: dict[str, str]
    troubles: Sequence[KetaschedError] = ()


def publish(opened: Opened, desk: Desk, choices: PublishChoices) -> PublishedCourse:
    """Bring the calendar at a desk in step with a record, or only look what would be done.

    Raises:
        KetaschedError: a record cannot be written, or a server cannot be reached.
    """
    work, edits = desk.compare(opened, choices)
    opened = work.opened
    judged = [judge(opened, edit, work.entries) for edit in edits]
    if choices.only_look:
        counts = Counter(action.kind for action in work.actions)
        looked = [_foreseen(edit, choices) for edit in judged]
        return PublishedCourse(opened.record.name, counts, looked, {})
    if judged and choices.accept:
        opened, judged = take_in(opened, judged)
        work, edits = desk.decide(opened, choices, work, judged)
        again = {edit.uid for edit in edits}
        judged = [edit for edit in judged if edit.edit.uid not in again]
        judged += [judge(work.opened, edit, work.ours) for edit in edits]
    elif judged and choices.overwrite:
        judged = [edit._replace(done="overwritten", let_stand=False) for edit in judged]
        work, _ = desk.decide(opened, choices, work, judged)
    result = SyncResult(dict.fromkeys(ACTION_KINDS, 0), {}, [], [])
    desk.carry_out(work, result)
    late = [judge(work.opened, edit, work.entries) for edit in result.edits]
    counts = Counter(result.counts)
    edits_left = [*judged, *late]
    return PublishedCourse(opened.record.name, counts, edits_left, result.refusals, result.troubles)


def _foreseen(edit: JudgedEdit, choices: PublishChoices) -> JudgedEdit:
    """What would be decided about an edit."""
    done: Settlement = ""
    if choices.overwrite:
        done = "would be overwritten"
    elif choices.accept and edit.acceptable:
        done = "would be accepted"
    return edit._replace(done=done)
