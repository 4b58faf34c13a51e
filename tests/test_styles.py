"""What stands out on a page: the same six meanings everywhere, with color and without."""

import re

import pytest
from helpers import be_at
from rich.style import Style

from ketasched.cli.terminal.styles import LOOKS

# Red, green, yellow, blue, magenta and cyan as terminals show them: xterm, VGA, Windows, macOS,
# Ubuntu and VS Code.
PALETTES = [
    "cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd",
    "aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa",
    "c50f1f 13a10e c19c00 0037da 881798 3a96dd",
    "990000 00a600 999900 0000b2 b200b2 00a6b2",
    "cc0000 4e9a06 c4a000 3465a4 75507b 06989a",
    "cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd",
]
CLEAR = 1.95
"""The least contrast of a sign or a word; yellow, and blue, fall below it in some palette."""


def luminance(color):
    parts = [int(color[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("look", LOOKS.values())
def test_it_can_be_read_on_black_and_on_white(look, palette):
    color = Style.parse(look.style).color
    if color is not None:
        assert 1 <= color.number <= 6, "bright colors vanish on white"
        light = luminance(palette.split()[color.number - 1])
        assert min((light + 0.05) / 0.05, 1.05 / (light + 0.05)) >= CLEAR


def test_no_two_meanings_look_the_same():
    assert len({look.style for look in LOOKS.values()}) == len(LOOKS) == 6
    signs = [look.sign for look in LOOKS.values() if look.sign]
    assert len(set(signs)) == len(signs) == 4


@pytest.fixture
def alex(ketasched, monkeypatch):
    """A course with one session that took place, a missed one, one of today, one that a closure
    moved, and tentative ones.
    """
    be_at(monkeypatch, "2027-01-01T09:00")
    plan = ("plan", "spravato", "--start", "2027-01-05", "--tz", "UTC", "--closed", "2027-01-15")
    assert ketasched(*plan, "--until", "2027-03-15", "--save", "alex").code == 0
    be_at(monkeypatch, "2027-01-12T07:00")
    assert ketasched("done", "alex", "1").code == 0
    assert ketasched("miss", "alex", "2").code == 0
    return plan


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_status_says_all_six(ketasched, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    page = ketasched("status", "alex").out
    signs = {row[2]: row[1] for row in re.finditer(r"^(.) +(\w?\d+) ", page, re.MULTILINE)}
    assert signs["1"] == signs["6"] == " "
    assert (signs["2"], signs["3"], signs["4"]) == ("×", "→", "~")
    assert signs["12"] == "?" or "tentative" not in page
    for word in ("attended", "missed", "next; today", "1 day"):
        assert all(part in page for part in word.split("; "))


def styles_of(text, words):
    """The codes in force where some words stand last, in text with colors."""
    before = text[: text.rindex(words)]
    return before.rpartition("\x1b[")[2].partition("m")[0]


def test_each_meaning_has_its_style(ketasched, monkeypatch, alex):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    pages = {
        ("status", "alex"): {"next": "1", "attended": "2", "missed": "31", "1 day": "35"},
        ("agenda", ".", "--day", "2027-01-12"): {"next": "1", "(today)": "1"},
        ("agenda", ".", "--day", "2027-01-05"): {"attended": "2"},
        ("agenda", ".", "--day", "2027-01-08"): {"missed": "31"},
        ("move", "alex", "5", "wed", "--dry-run"): {"Tue 19 Jan": "2", "Wed 20 Jan": "35"},
        ("cancel", "alex", "5", "--dry-run"): {"cancelled\x1b": "31"},
        alex: {"1 day": "35"},
        ("suggest", "iv", "--from", "2027-01-11", "--to", "2027-01-20", "--tz", "UTC"): {
            "Mon 11 Jan": "2",
        },
    }
    for command, words in pages.items():
        out = ketasched(*command).out
        for said, style in words.items():
            assert styles_of(out, said) == style, (command, said)


def test_a_linked_visit_is_dim_once_it_is_over_and_no_clock_time_is_cut(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-12-01T09:00")
    plan = ("plan", "kap", "--start", "2027-01-04", "--tz", "UTC", "--save", "kim")
    assert ketasched(*plan).code == 0
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "ideally Mon 28 Dec 2026 09:00\x1b[0m: at" in ketasched(*plan[:-2]).out
    for now, dims in {"2026-12-28T09:44": False, "2026-12-28T09:45": True}.items():
        be_at(monkeypatch, now)
        for command in (("status", "kim"), ("agenda", ".", "--day", "2026-12-28")):
            style = styles_of(ketasched(*command).out, "–09:45")
            assert (style == "2") == dims, (now, command)
    be_at(monkeypatch, "2027-01-05T09:00")
    assert styles_of(ketasched("status", "kim").out, "Mon  4 Jan") != "2"  # who says it was held?


@pytest.mark.usefixtures("alex")
def test_without_color_not_a_sign_is_lost(ketasched, monkeypatch):
    plain = ketasched("status", "alex").out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    colored = ketasched("status", "alex").out
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == plain.split()
    monkeypatch.setenv("NO_COLOR", "1")
    shown = ketasched("status", "alex", encoding="ascii").out
    assert re.search(r"^> +3", shown, re.MULTILINE)
    assert re.search(r"^x +2", shown, re.MULTILINE)
