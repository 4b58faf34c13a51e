"""The base of the pages for a browser: escaped, complete, and nothing that steers."""

import re
from pathlib import Path
from typing import NamedTuple

import jinja2
import pytest

from ketasched.cli.pages.render import page, templates
from ketasched.cli.result import Result, print_result
from ketasched.languages.language import ENGLISH

TRIAL = (Path(__file__).parent / "fixtures" / "trial.html").read_text("utf-8")
KINDS = ["past", "today", "next", "moved", "tentative", "missed", "cancelled"]


PICTURE = re.compile(r"\(pictures/([\w-]+\.png)\)")


class Written(NamedTuple):
    """A language that no catalogue has yet."""

    code: str
    direction: str


def trial_page(template=TRIAL, language=ENGLISH, **values):
    """The page of a template that stands in the tests."""
    usual = templates().loader
    templates().loader = jinja2.ChoiceLoader([jinja2.DictLoader({"trial": template}), usual])
    templates().cache.clear()
    defaults = {"note": "N", "kinds": KINDS, "rows": 1, "months": 1}
    try:
        return page("trial", defaults | values, language)
    finally:
        templates().loader = usual


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("R&D", "R&amp;D"),
        ('" onload="x', "&#34; onload=&#34;x"),
        ("' onload='x", "&#39; onload=&#39;x"),
        ("</title></style><b>", "&lt;/title&gt;&lt;/style&gt;&lt;b&gt;"),
        ("{{ 7 * 7 }}{% raw %}", "{{ 7 * 7 }}{% raw %}"),
        ("a\x1b[2Jb\x00c\x9bd", "a?[2Jb?c?d"),
        ("a\u202eb\u2066c\u2028d", "a?b?c?d"),
        ("a\ud800b", "a?b"),
        ("נועה 👩‍⚕️", "נועה 👩‍⚕️"),
    ],
)
def test_words_never_become_markup(note, shown):
    text = trial_page(note=note)
    assert text.count(f"<bdi>{shown}</bdi>") == 6
    assert f' title="{shown}"' in text
    assert note == shown or note not in text
    text.encode()


def test_a_page_is_one_file_that_asks_for_nothing():
    text = trial_page()
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    for word in ("<script", "@import", "url(", "http:", "https:", " src="):
        assert word not in text, word
    assert text.count("<style>") == text.count("<main>") == text.count("<h1>") == 1
    assert "#}" not in text


def test_what_is_filled_on_screen_can_be_read_on_paper_with_its_background_and_without():
    loader = templates().loader
    sheet = loader.get_source(templates(), "page.css")[0]
    of_print = sheet.partition("@media print {")[2]
    assert "--fill: #fff; --on-fill: #000;" in of_print
    assert sheet.count("color: var(--on-fill)") == sheet.count("background: var(--fill)") == 2


def test_a_page_is_in_its_language():
    assert '<html lang="en" dir="ltr">' in trial_page()
    assert '<html lang="he" dir="rtl">' in trial_page(language=Written("he", "rtl"))


@pytest.mark.parametrize("key", ["{{ absent }}", "{{ note.absent }}", "{% if absent %}{% endif %}"])
def test_a_template_shows_no_key_that_is_missing(key):
    with pytest.raises(jinja2.UndefinedError):
        trial_page(TRIAL.replace("<p ", key + "<p "))


def test_a_page_needs_a_title_and_a_head():
    with pytest.raises(jinja2.TemplateRuntimeError):
        page("base.html", {})


def test_pages_are_utf_8_wherever_they_go(capfdbinary):
    print_result(Result(lambda: "table", html=lambda: trial_page(note="é–א")), "html")
    assert "<bdi>é–א</bdi>" in capfdbinary.readouterr().out.decode("utf-8")


def test_pictures_are_small_and_shown():
    docs = Path(__file__).parents[1] / "docs"
    shown = {
        name for page in docs.glob("*.md") for name in PICTURE.findall(page.read_text("utf-8"))
    }
    pictures = {path.name: path.stat().st_size for path in (docs / "pictures").glob("*.png")}
    assert shown == set(pictures)
    assert max(pictures.values()) <= 150 * 1024
