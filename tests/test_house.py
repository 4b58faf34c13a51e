"""The rules of the house that neither linter nor import contracts see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from ketasched.asking.refusals import OPTIONS, REMEDIES, worded
from ketasched.domain.choice import Choice, ChoiceRefused, Remedy

ROOT = Path(__file__).parent.parent / "ketasched"
FILES = sorted(ROOT.rglob("*.py"))
PURE = sorted(
    path for room in ("domain", "planning", "running") for path in (ROOT / room).glob("*.py")
)
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
BEING_SPLIT: set[str] = set()
"""Files that are longer for now; a file that is done leaves this list for good."""
OPTION = re.compile(r"(?<![\w-])--[a-z]")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    return (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def options_in(path: Path) -> list[str]:
    """Where a string of a file names an option of the command line."""
    return [
        f"{path.name}:{text.lineno}"
        for text in texts(tree_of(path))
        if OPTION.search(str(text.value))
    ]


def test_planning_knows_no_command_line() -> None:
    for path in PURE:
        assert options_in(path) == []
        names = {alias.name for node in ast.walk(tree_of(path))
                 for alias in getattr(node, "names", ()) if isinstance(alias, ast.alias)}  # fmt: skip
        assert "UsageProblem" not in names, path


def test_an_option_in_a_string_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "told.py"
    file.write_text('HINT = "leave --until out"\nRANGE = "a--b"\nTEXT = f"{1} --days"\n')
    assert options_in(file) == ["told.py:1", "told.py:3"]


def test_every_file_says_what_it_holds_and_is_short() -> None:
    wrong = []
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT).as_posix()
        if not lines[0].startswith('"""'):
            wrong.append(f"{name} does not say what it holds")
        if len(lines) > LONGEST_FILE and name not in BEING_SPLIT:
            wrong.append(f"{name} has {len(lines)} lines")
        wrong += [
            f"{name}:{node.lineno} {node.name} is too long"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.FunctionDef)
            and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
        ]
    assert wrong == []


def test_every_choice_and_remedy_has_words_of_the_command_line() -> None:
    assert set(OPTIONS) == set(get_args(Choice))
    assert set(REMEDIES) == set(get_args(Remedy))


@pytest.mark.parametrize(
    ("refusal", "message", "hint"),
    [
        (ChoiceRefused("there is no session 9", "numbered 1 to 6"),
         "there is no session 9", "numbered 1 to 6"),
        (ChoiceRefused("no such phase is laid out", choice="window", remedy="leave it out"),
         "--window: no such phase is laid out", "leave --window out"),
        (ChoiceRefused("is before it begins", choice="until", value="2027-01-05", is_subject=True,
                       remedy="a later last day or none"),
         "--until 2027-01-05 is before it begins", "give a later day, or leave --until out"),
    ],
)  # fmt: skip
def test_a_refused_choice_is_told_as_it_was_typed(
    refusal: ChoiceRefused, message: str, hint: str
) -> None:
    error = worded(refusal)
    assert (error.message, error.hint, error.code, error.exit_code) == (message, hint, "usage", 2)
