"""``ketasched check FOLDER``: a house of records is proved from its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ketasched import clock
from ketasched.cli.result import Result
from ketasched.domain.signs import printable
from ketasched.domain.wording import count_text
from ketasched.errors import KetaschedError
from ketasched.proving.house import prove
from ketasched.records.folder import no_record
from ketasched.reports.proof_report import proof_report

if TYPE_CHECKING:
    from ketasched.proving.house import Proof


class NotProved(KetaschedError):
    """Something does not hold, or cannot be read."""

    code = "faults"
    exit_code = 1


def checked_house(path: str) -> Result:
    """Each fault of a folder of records in a line; else one line with what was proved.

    Raises:
        UsageProblem: there is no record.
    """
    proof = prove(Path(path), clock.now())
    if not proof.records and not proof.unread:
        raise no_record(Path(path))
    return Result(
        lambda: _page(path, proof),
        lambda: proof_report(proof),
        notes=[f"note: {note}" for note in proof.notes],
        trouble=_trouble(proof),
    )


def _page(path: str, proof: Proof) -> str:
    if proof.faults:
        return "".join(f"{printable(str(fault))}\n" for fault in proof.faults)
    return f"{printable(path)}: {_counts(proof)}, no faults{_on_purpose(proof)}\n"


def _counts(proof: Proof) -> str:
    entries = count_text(proof.entries, "entry", "entries")
    return f"{count_text(proof.records, 'record')}, {entries}"


def _on_purpose(proof: Proof) -> str:
    if not proof.overridden:
        return ""
    stand = "stands" if proof.overridden == 1 else "stand"
    return f"; {proof.overridden} {stand} against a rule on purpose"


def _trouble(proof: Proof) -> NotProved | None:
    if not proof.faults:
        return None
    count = count_text(len(proof.faults), "fault")
    hint = "what can be read is proved" if proof.unread else ""
    return NotProved(f"{count} in {_counts(proof)}{_on_purpose(proof)}", hint, shown=True)
