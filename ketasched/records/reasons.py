"""The reasons of an entry, as data and back."""

from __future__ import annotations

from typing import Any, get_args

from ketasched.domain.candidate import Reason, ReasonKind
from ketasched.reading.json_shape import TEXT, items, keys_of, one_of

REASONS = items(keys_of({"kind": one_of(get_args(ReasonKind)), "text": TEXT}, {"detail": TEXT}))


def reasons_data(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    """Reasons as data."""
    return [
        {"kind": reason.kind, "text": reason.full}
        | ({"detail": reason.detail} if reason.detail else {})
        for reason in reasons
    ]


def reasons_of(data: Any) -> tuple[Reason, ...]:
    """The reasons that `reasons_data` wrote."""
    return tuple(_reason(reason["kind"], reason["text"], reason.get("detail")) for reason in data)


def _reason(kind: ReasonKind, full: str, detail: str | None) -> Reason:
    """A reason from its whole sentence; older records do not say apart what the detail of it is."""
    if detail is None and kind == "closed" and full.endswith(")"):
        text, _, detail = full.removesuffix(")").partition(" (")
        return Reason(kind, text, detail)
    return Reason(kind, full.removesuffix(f" ({detail})"), detail) if detail else Reason(kind, full)
