"""Color: who asks for it, who refuses it, and what is said without it."""

import pytest

PLAN = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC")
ESC = "\x1b["


@pytest.fixture(autouse=True)
def no_word_of_it(monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")


PRECEDENCE = [
    ((), {}, False),  # what is printed here goes to no terminal
    ((), {"FORCE_COLOR": "1"}, True),
    ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ((), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    (("--color", "always"), {}, True),
    (("--color=always",), {"NO_COLOR": "1"}, True),
    (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    (("--color", "auto"), {"FORCE_COLOR": "1"}, True),
    (("--color", "auto"), {"NO_COLOR": "1"}, False),
]


@pytest.mark.parametrize("after", [0, 1, 2, len(PLAN)])
@pytest.mark.parametrize(("option", "world", "colored"), PRECEDENCE)
def test_who_goes_first(ketasched, monkeypatch, option, world, colored, after):
    for name, value in world.items():
        monkeypatch.setenv(name, value)
    outcome = ketasched(*PLAN[:after], *option, *PLAN[after:])
    assert outcome.code == 0
    assert (ESC in outcome.out) == colored
    assert (ESC in ketasched("plan", *option, "ivv", "--start", "today").err) == colored


def test_the_next_run_starts_anew(ketasched):
    assert ESC in ketasched(*PLAN, "--color", "always").out
    assert ESC not in ketasched(*PLAN).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--color", "alway"), "did you mean `always`?"),
        (("--color=blue",), "choose auto, always, never"),
        (("--color",), "choose auto, always, never"),
        (("--color", "never", "--color", "never"), "--color is given twice"),
        (("--colour", "never"), "did you mean `--color`?"),
    ],
)
def test_a_color_that_is_none(ketasched, words, said):
    outcome = ketasched(*PLAN, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_what_follows_two_dashes_is_no_option(ketasched):
    assert "unknown protocol `--color`" in ketasched("show", "--", "--color").err


def test_data_have_no_color(ketasched):
    for form in ("json", "csv"):
        assert ESC not in ketasched(*PLAN, "--format", form, "--color", "always").out


def test_the_help_names_it(ketasched):
    assert "--color auto|always|never" in ketasched("--help").out
