"""``ketasched close-day``: the clinic must close, and every course with a session then moves."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ketasched import clock, zone
from ketasched.asking.values import choose, clean_text, read
from ketasched.cli import output
from ketasched.domain.course import PLANNED, TENTATIVE, Course
from ketasched.domain.typed_dates import read_date
from ketasched.domain.wording import day_text
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem, os_reason
from ketasched.records import atomic, closed_days
from ketasched.records.open import (
    ENDING,
    Opened,
    Unread,
    happened,
    open_record,
    read_quickly,
    task_of,
    unread_text,
)
from ketasched.records.write import refuse_drift, write
from ketasched.running.changes import replanned
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.refusals import refusal_text


class Call(NamedTuple):
    """Whom to call: the record, its course before, and after; or why it has no place."""

    name: str
    before: Course
    after: Course | None
    why: str = ""


class NotAll(KetaschedError):
    """Some courses have no legal place without that day, or cannot be read."""

    code = "no-placement"
    exit_code = 3


def run(day_text_: str, folder: str, *, dry_run: bool, reason: str, form: str) -> None:
    """Close a day in every record of a folder, and say whom to call.

    Raises:
        KetaschedError: the folder cannot be read; or some courses have no place, after the others
            were written.
    """
    choose("--format", form or "table", ("table", "json"))
    now = clock.now()
    place = Path(folder)
    if not place.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    today = _today(place, now)
    day = read("DATE", lambda text: read_date(text, today), day_text_)
    if day < today:
        raise UsageProblem(f"{day_text(day)} is over", "say of each session then: miss or cancel")
    reason = clean_text("--reason", reason)
    if not dry_run:
        _remember(place, day, reason)
    calls, broken = _close(place, day, How(now, reason, dry_run=dry_run))
    _tell(calls, broken, day, form)
    if dry_run:
        output.tell("nothing was written: --dry-run")
    stuck = [call.name for call in calls if call.after is None]
    if stuck or broken:
        without = f"not moved: {', '.join(stuck)}" if stuck else ""
        unread = f"not read: {unread_text(broken)}" if broken else ""
        message = "; ".join(part for part in (without, unread) if part)
        hint = "the table says why: move or cancel the session by hand"
        raise NotAll(message, hint if stuck else "the others are done", told=True)


class How(NamedTuple):
    """The moment, why, and whether it is only shown."""

    now: datetime
    reason: str
    dry_run: bool


def _close(folder: Path, day: date, how: How) -> tuple[list[Call], Unread]:
    """Whom to call, and the records that cannot be read."""
    calls: list[Call] = []
    broken: Unread = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        # Reading a record takes a while; one in which the day does not occur need not be read.
        try:
            data = path.read_bytes()
        except OSError as error:
            broken.append((str(path), os_reason(error)))
            continue
        if f'"{day.isoformat()} '.encode() not in data and data.endswith(b"}\n"):
            continue
        try:
            call = _closed(open_record(str(path), how.now), day, how)
        except KetaschedError as error:
            broken.append((str(path), error.message))
            continue
        if call:
            calls.append(call)
    return calls, broken


def _remember(folder: Path, day: date, reason: str) -> None:
    """Note a closed day where every record of the folder finds it, now and later."""
    days = closed_days.load(folder)
    if any(one.day == day for one in days):
        return
    text = closed_days.text_of([*days, closed_days.ClosedDay(day, reason)])
    atomic.place_files([atomic.NewFile(folder / closed_days.NAME, text.encode())])


def _closed(opened: Opened, day: date, how: How) -> Call | None:
    record = opened.record
    course = record.course
    affected = [
        one
        for one in course.sessions
        if one.status in (PLANNED, TENTATIVE)
        and one.start.date() == day
        and one.start > opened.here
    ]
    visits = [
        one
        for one in course.visits
        if one.status in (PLANNED, TENTATIVE)
        and one.start.date() == day
        and one.start > opened.here
        and not one.by_video
    ]
    if not affected and not visits:
        return None
    asked = dict(record.options)
    asked["closed"] = [*asked.get("closed", []), f"{day.isoformat()}..{day.isoformat()}"]
    changed = record._replace(options=asked)
    opened = opened._replace(record=changed, task=task_of(changed, opened.now))
    setting = Conditions(opened.task.order, opened.here)
    freed = {one.number for one in affected}
    course = replace(
        course,
        sessions=tuple(
            one._replace(by_hand=False) if one.number in freed else one for one in course.sessions
        ),
    )
    outcome = replanned(setting, course, freed)
    if isinstance(outcome, Refusal) and affected:
        first = min(one.rank for one in affected)
        later = {
            one.number
            for one in course.sessions
            if one.status in (PLANNED, TENTATIVE)
            and not one.by_hand
            and one.rank >= first
            and one.start > opened.here
        }
        outcome = replanned(setting, course, later)
    if isinstance(outcome, Refusal):
        return Call(record.name, record.course, None, refusal_text(outcome))
    after = happened(opened, record, outcome, f"closed {day_text(day)}", reason=how.reason)
    try:
        if how.dry_run:
            refuse_drift(opened.path, record)
        else:
            write(opened, after, opened.path, opened.task)
    except FileTrouble as trouble:
        why = f"not changed, {trouble.message}; {trouble.hint}"
        return Call(record.name, record.course, None, why)
    return Call(record.name, record.course, outcome)


def _today(folder: Path, now: datetime) -> date:
    """Today in the zone of the first record that can be read; else on this computer."""
    for path in sorted(folder.glob(f"*{ENDING}")):
        with contextlib.suppress(FileTrouble):
            return now.astimezone(zone.load(read_quickly(path).timezone).tzinfo).date()
    return now.astimezone().date()


def _tell(calls: list[Call], broken: Unread, day: date, form: str) -> None:
    if form == "json":
        from ketasched.reports import course_report

        report = {
            "schema": course_report.SCHEMA,
            "day": day.isoformat(),
            "calls": [
                {
                    "name": call.name,
                    "change": course_report.change_report(call.before, call.after, "closed")
                    if call.after
                    else None,
                    "why": call.why or None,
                }
                for call in calls
            ],
            "unread": [{"file": file, "why": why} for file, why in broken],
        }
        output.print_data(course_report.to_json(report).encode(errors="replace"))
        return
    from ketasched.cli.terminal.changes import calls_page

    rows = [(call.name, call.before, call.after, call.why) for call in calls]
    output.print_text(calls_page(rows, day))
