"""What a protocol or a course leaves to be chosen, and the refusal of a choice."""

from __future__ import annotations

from typing import Literal

from ketasched.errors import KetaschedError

Choice = Literal["sessions", "cycles", "cadence", "window", "until", "already", "days", "step back"]
"""What is chosen of a protocol or of how a course goes on."""

Remedy = Literal[
    "leave it out",
    "leave it out or write a protocol",
    "a smaller number",
    "an earlier last day",
    "a later last day or none",
    "a last day for the phase",
    "a last day for the open-ended phase",
    "the phase",
    "a number of sessions",
    "a session on a day",
    "when it took place",
    "other days or none",
    "open days",
]
"""What to do about a refused choice, where it takes another choice to say so."""


class ChoiceRefused(KetaschedError):
    """A choice that a protocol or a course does not leave.

    Who asks names the choice in its own words: ``sentence`` speaks of it after a colon, or with
    ``is_subject`` goes on from its name.

    Args:
        sentence: what is wrong, without a full stop.
        hint: what can be done about it, where no choice has to be named for that.
        choice: what was chosen, None if the refusal is not about one of these.
        value: what was chosen there, as it is typed; empty where that does not matter.
        remedy: what to do, where that takes another choice.
    """

    code = "usage"
    exit_code = 2

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        *,
        choice: Choice | None = None,
        value: str = "",
        is_subject: bool = False,
        remedy: Remedy | None = None,
    ) -> None:
        self.sentence = sentence
        self.choice = choice
        self.value = value
        self.is_subject = is_subject
        self.remedy = remedy
        super().__init__(self.said_of(choice or ""), hint or remedy or "")

    def said_of(self, name: str) -> str:
        """The sentence, with a name for what was chosen."""
        if not name:
            return self.sentence
        chosen = f"{name} {self.value}" if self.value else name
        return f"{chosen}{' ' if self.is_subject else ': '}{self.sentence}"
