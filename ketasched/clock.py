"""The one clock: now, or the moment SOURCE_DATE_EPOCH names, for output that can be repeated."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ketasched.errors import UsageProblem


def now() -> datetime:
    """The current instant in UTC, whole seconds.

    Raises:
        UsageProblem: SOURCE_DATE_EPOCH is set and is not a number of seconds since 1970.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC)
        # Every zone must still have a today, and a tomorrow.
        return moment if 1970 <= moment.year < 9999 else datetime.fromtimestamp(2**63, UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageProblem(
            f"SOURCE_DATE_EPOCH is `{epoch}`, not a number of seconds since 1970", "unset it"
        ) from None
