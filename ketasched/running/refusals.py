"""Why a change to a running course is refused, in words."""

from __future__ import annotations

from ketasched.domain.candidate import reasons_text
from ketasched.domain.wording import day_text, days_text
from ketasched.running.legal_change import Refusal
from ketasched.running.make_ups import FARTHEST_MAKE_UP


def refusal_text(refusal: Refusal, of_session: int = 0, of_visit: str = "") -> str:
    """What a change would break, or why there is no place for it. Where it stands with a session or
    a linked visit, that is not said again.
    """
    if refusal.no_place:
        failure = refusal.no_place
        window = days_text(failure.first, failure.last)
        days = [f"{day_text(day.day)}: {reasons_text(day.reasons)}" for day in failure.refused]
        return (
            f"session {failure.session} has no legal day then in its window, {window}; "
            f"{'; '.join(days)}"
        )
    if refusal.for_good:
        to_come = [rule for rule in refusal.broken if rule.name != "past"] or refusal.broken
        # What keeps two sessions apart says more than that a weekend is closed.
        ranked = sorted(to_come, key=lambda rule: rule.name in ("closed", "holiday"))
        why = list(dict.fromkeys(session.text for session in ranked))[:4]
        return (
            f"there is no legal free day for a make-up within {FARTHEST_MAKE_UP} days: "
            f"{'; '.join(why)}"
        )
    texts = [
        rule.text
        if (rule.visit == of_visit if rule.visit else rule.session == of_session)
        else f"{rule.subject}: {rule.text}"
        for rule in refusal.broken
    ]
    return "; ".join(list(dict.fromkeys(texts))[:4])
