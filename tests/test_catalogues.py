"""The catalogues of the patient's languages: they lack nothing, hold nothing else, and fit."""

import ast
import re
import string
import unicodedata
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from conftest import BUILT_IN, ROOT

from ketasched.domain.giveaways import gives_away
from ketasched.domain.instructions import Frame, general_frame, message_of, timed_frame
from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.languages.language import LANGUAGES, NO_BREAK, Language

PROGRAM = ROOT / "ketasched"
OTHERS = [code for code in LANGUAGES if code != "en"]
TOGETHER = PROGRAM / "domain/instructions.py"
"""The one file that puts sentences together, of the frames it lists."""
LONGEST_TITLE = 40
"""Letters of a title that a phone still shows in the list of a day, on two lines of twenty."""
FROM_TEMPLATE = re.compile(
    r"""language\.(text|plural)\(\s*("(?:[^"\\]|\\.)*"|'[^']*')(?:\s*,\s*("[^"]*"|'[^']*'))?"""
)
CALL_IN_TEMPLATE = re.compile(r"language\.(?:text|plural)\(")
ABBREVIATED = [f"{{number}}{NO_BREAK}{unit}." for unit in ("Std", "Min")]
HOURS = {("24 hours", "{clock}"), ("12 hours", "{clock}")}


def is_language(node, path):
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.endswith("language") or (name == "self" and path.name == "language.py")


def said_in(path):
    """The sentences that a file of Python asks a language for; what is put together is None."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in ("text", "plural") and is_language(node.func.value, path):
            for argument in node.args[: 1 if node.func.attr == "text" else 2]:
                yield argument.value if isinstance(argument, ast.Constant) else None


def said_in_template(path):
    text = path.read_text("utf-8")
    calls = FROM_TEMPLATE.findall(text)
    assert len(calls) == len(CALL_IN_TEMPLATE.findall(text)), path
    for method, first, second in calls:
        for literal in (first, second) if method == "plural" else (first,):
            yield ast.literal_eval(literal)


def said_of_protocols():
    """The sentences of the built-in protocols that patients see."""
    for protocol in BUILT_IN.values():
        for rule in protocol.visits:
            yield rule.name[0].upper() + rule.name[1:]
        for instruction in protocol.instructions:
            yield message_of(instruction, timed_frame(instruction.when))
            yield message_of(instruction, general_frame(instruction.when))


@cache
def wanted():
    """All sentences that a catalogue must have, by their English."""
    files = [path for path in PROGRAM.rglob("*.py") if path != TOGETHER]
    sentences = {(path, text) for path in files for text in said_in(path)}
    assert [path.name for path, text in sentences if text is None] == []
    frames = {f"{{what}} {frame}" for frame in get_args(Frame) if frame}
    literal = {text for text in said_in(TOGETHER) if text is not None}
    templates = {text for path in PROGRAM.rglob("*.html") for text in said_in_template(path)}
    return {text for _, text in sentences} | frames | literal | templates | {*said_of_protocols()}


@cache
def catalogue(code):
    with (PROGRAM / f"languages/{code}.po").open("rb") as file:
        return read_po(file, code, abort_invalid=True)


def messages(code):
    return [message for message in catalogue(code) if message.id]


def both(value):
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("code", OTHERS)
def test_no_catalogue_lacks_a_word_or_has_one_that_nobody_says(code):
    there = [text for message in messages(code) if not message.context for text in both(message.id)]
    assert len(there) == len(set(there))
    assert set(there) == wanted()
    by_hours = [(message.context, text) for message in messages(code) if message.context
                for text in set(both(message.id))]  # fmt: skip
    assert sorted(by_hours) == sorted(HOURS)


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_says_all_that_the_english_says(code):
    for message in messages(code):
        needed = fields(both(message.id)[-1])
        for text in both(message.string):
            assert text == text.strip()
            assert text, message.id
            assert fields(text) == needed, message.id
            ends = {text[-1], both(message.id)[0][-1]}
            assert len(ends) == 1 or not ends & {*".:?"} or text in ABBREVIATED, message.id
        assert not message.fuzzy
        assert len(both(message.string)) == (
            catalogue(code).num_plurals if message.pluralizable else 1
        )


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_in_a_catalogue_gives_a_treatment_away(code):
    for protocol in BUILT_IN.values():
        for message in messages(code):
            for text in both(message.string):
                assert gives_away(protocol, text) == "", (protocol.id, text)


def test_french_stands_apart_from_its_double_signs():
    for message in messages("fr"):
        for text in both(message.string):
            assert not re.search(r"(?<!\N{NO-BREAK SPACE})[:;?!](?!\S)", text), text
            assert "'" not in text


@pytest.mark.parametrize("code", OTHERS)
def test_people_are_told_formally(code):
    words = {
        "es": r"tú|tu|tus|te|ti|contigo",
        "de": r"du|dich|dir|deine?[mnrs]?",
        "fr": r"tu|te|toi|ta|tes|ton",
    }[code]
    for message in messages(code):
        for text in both(message.string):
            assert not re.search(rf"\b({words})\b", text, re.IGNORECASE), text


# What fits its place


def letters(text):
    """How wide a text is, in letters."""
    return sum(not unicodedata.combining(sign) for sign in text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_title_fits_a_calendar(code):
    language = Language(code)
    names = {
        rule.name[0].upper() + rule.name[1:]
        for protocol in BUILT_IN.values()
        for rule in protocol.visits
    }
    most = {"number": MAX_SESSIONS, "total": MAX_SESSIONS}
    numbered = language.text(
        "{title} {number} of {total}", title=language.text("Appointment"), **most
    )
    for title in (numbered, *map(language.named, names)):
        assert letters(language.text("CANCELLED: {title}", title=title)) <= LONGEST_TITLE


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_heads_of_a_month_fit_their_columns(code):
    assert all(2 <= letters(name) <= 3 for name in Language(code).weekdays())
    assert max(letters(Language(code).month(2027, month)) for month in range(1, 13)) <= 20


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("Kétamine", "ketamine"), ("ESKETAMINA", "esketamina"), ("Infusión", "infusion"),
        ("su inyección", "inyeccion"), ("Perfusions", "perfusions"), ("piqûre", "piqure"),
        ("Ihre Infusionen", "infusionen"), ("Ketaminbehandlung", "ketaminbehandlung"),
        ("Spritze", "spritze"), ("intravenöse Gabe", "intravenose"), ("Nasenspray", "nasenspray"),
        ("por vía intranasal", "intranasal"), ("intraveineuse", "intraveineuse"),
        ("https://theketamineclinic.com/ana.ics", "theketamineclinic"),
        ("Kurzinfusionen", "kurzinfusionen"), ("Cita en la clínica", ""), ("Termin 3 von 6", ""), ("Rendez-vous à l’hôpital", ""),
    ],
)  # fmt: skip
def test_what_gives_a_treatment_away_is_known_in_each_language(word, named):
    assert gives_away(BUILT_IN["iv"], word) == named


def test_the_catalogues_are_beside_the_program():
    assert {path.stem for path in Path(PROGRAM / "languages").glob("*.po")} == set(OTHERS)
