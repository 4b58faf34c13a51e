"""A running course takes over another version of its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.refusals import breaks_rules, worded
from ketasched.cli.advice import NoLegalPlacement
from ketasched.cli.change import rewritten
from ketasched.domain.amendment import differences
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.signs import printable
from ketasched.domain.wording import list_text, moment_text
from ketasched.errors import KetaschedError, UsageProblem
from ketasched.planning.refusals import no_placement
from ketasched.records.amended import BY_PHASE, Choices, TakenOver, taken_over
from ketasched.records.open import Opened, name_of, task_of
from ketasched.running.legal_change import Refusal
from ketasched.shell import paste

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ketasched.cli.result import Result
    from ketasched.domain.amendment import Difference
    from ketasched.files.protocols.protocol_file import WrittenProtocol

_WITH_CHOICES = (*BY_PHASE, "until", "without")


class CannotTakeOver(UsageProblem):
    """A choice of the course is none of the new version."""


class Version(NamedTuple):
    """The file of a new version, as typed, and its protocols by id."""

    file: str
    protocols: Mapping[str, WrittenProtocol]


def version_in(path: str) -> Version:
    """What a protocol file holds.

    Raises:
        FileTrouble, FileProblems: it cannot be read, or is not sound.
    """
    from ketasched.files.protocols import protocol_file

    written = protocol_file.load_written(path)
    return Version(path, {each.protocol.id: each for each in written})


def take_over(opened: Opened, version: Version, choices: Choices, reason: str = "") -> TakenOver:
    """The record by a new version of its protocol.

    Raises:
        KetaschedError: the file has none, or it cannot be taken over.
    """
    own = opened.record.protocol.id
    if own not in version.protocols:
        ids = list_text([f"`{name}`" for name in version.protocols])
        raise UsageProblem(
            f"{name_of(opened.path)} goes by the protocol `{own}`, and {version.file} has {ids}",
            f"give the file that has `{own}`",
        )
    written = version.protocols[own]
    try:
        outcome = taken_over(opened, written, choices, reason)
    except ChoiceRefused as refusal:
        raise worded(refusal) from None
    except UsageProblem as problem:
        raise _without_a_choice(opened, version, choices, problem) from None
    if isinstance(outcome, Refusal):
        raise _refused(opened, outcome, written)
    return outcome


def amended_result(
    opened: Opened, version: Version, choices: Choices, reason: str, *, dry_run: bool
) -> Result:
    """A record that takes over a new version of its protocol, and what it says otherwise.

    Raises:
        KetaschedError: it cannot be taken over, or not be written.
    """
    taken = take_over(opened, version, choices, reason)
    first, record = opened.record, taken.opened.record
    found = differences(first.protocol, record.protocol)
    same = (first.protocol_data, first.options) == (record.protocol_data, record.options)
    result = rewritten(
        opened._replace(task=taken.opened.task),
        taken.after,
        only_shown=dry_run or same,
        said=f"nothing changes: {name_of(opened.path)} goes by this version already"
        if same
        else "",
    )

    def page() -> str:
        from ketasched.cli.terminal.amendment import differences_page

        changes = result.page() if result.page else ""
        return f"{changes}\n{differences_page(found)}"

    def report() -> dict[str, object]:
        from ketasched.reports.amendment_report import version_report

        changes = result.report() if result.report else {}
        return {**changes, "protocol": version_report(first.protocol, record.protocol, found)}

    notes = [*version_notes(first.protocol.version, record.protocol.version, found)]
    notes += [*taken_notes(opened, taken), *result.notes]
    return result._replace(page=page, report=report, notes=notes)


def version_notes(before: str, after: str, found: Sequence[Difference]) -> Iterator[str]:
    """That a version is not called another, though it is."""
    if found and before == after:
        yield (
            f"note: both call themselves version {printable(before)}, though they differ: "
            "raise `version` in the new file"
        )


def taken_notes(opened: Opened, taken: TakenOver) -> Iterator[str]:
    """What a course goes on without, and what stays where a person put it though it breaks a rule
    now.
    """
    if taken.over:
        yield f"note: over for this course, and not added: {list_text(list(taken.over))}"
    before = {each.number: each.broken for each in opened.record.course.sessions}
    for session in taken.after.course.live:
        new = set(session.broken) - set(before.get(session.number, ()))
        if new and session.by_hand:
            yield (
                f"look: session {session.number} was moved by hand and stays, "
                f"{moment_text(session.start)}, against: {list_text(sorted(new))}"
            )


# Parts


def _without_a_choice(
    opened: Opened, version: Version, choices: Choices, problem: UsageProblem
) -> KetaschedError:
    """The refusal of a choice that the version does not leave, with what to type."""
    name = name_of(opened.path)
    command = f"ketasched adjust {name} --protocols {paste([version.file])}"
    for kind, value in _made(opened):
        dropped = choices._replace(drop=(*choices.drop, f"{kind}:{value}" if value else kind))
        try:
            taken_over(opened, version.protocols[opened.record.protocol.id], dropped)
        except (UsageProblem, ChoiceRefused):
            continue
        text = paste(["--drop", dropped.drop[-1]])
        return CannotTakeOver(
            f"{name} cannot go by the new version: {problem.message}",
            f"to take it as the version has it: {command} {text}",
        )
    return CannotTakeOver(f"{name} cannot go by the new version: {problem.message}", problem.hint)


def _made(opened: Opened) -> Iterator[tuple[str, str]]:
    """The choices of a course, as typed."""
    for kind in _WITH_CHOICES:
        value = opened.record.options.get(kind, ())
        yield from [(kind, "")] if isinstance(value, str) else [(kind, text) for text in value]


def _refused(opened: Opened, refusal: Refusal, written: WrittenProtocol) -> KetaschedError:
    """Why a course has no legal place by a new version."""
    name = name_of(opened.path)
    if refusal.no_place is None:
        error: KetaschedError = breaks_rules(refusal)
        error.hint = "move or cancel that session first"
        return error
    place = refusal.no_place
    failure = no_placement(task_of(opened.record, opened.now).order, place, written.protocol.id)
    hint = f"move or cancel what is near it first, or finish {name} by the version it has"
    return NoLegalPlacement(failure, hint)
