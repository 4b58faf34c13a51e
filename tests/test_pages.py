"""The base of the pages for a browser: escaped, complete, and nothing that steers."""

import jinja2
import pytest

from ketasched.cli.pages.render import English, page, templates
from ketasched.cli.result import Result, print_result

TRIAL = """{% extends "base.html" %}
{% block title %}{{ title }}{% endblock %}
{% block head %}<h1>{{ parts.words(title) }}</h1>{% endblock %}
{% block main %}
<p title="{{ note }}">{{ note }}</p>
{{ parts.facts([("Note", note)]) }}
{{ parts.state("moved", note) }} {{ parts.time(note, note) }}
{% endblock %}
"""


@pytest.fixture
def trial(monkeypatch):
    """A page of a template that stands here."""

    def make(template=TRIAL, language=None, **values):
        name = "trial.html"
        loader = jinja2.DictLoader({name: template})
        monkeypatch.setattr(
            templates(), "loader", jinja2.ChoiceLoader([loader, templates().loader])
        )
        return page(name, {"title": "T", "note": "N"} | values, language)

    return make


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
def test_words_never_become_markup(trial, note, shown):
    text = trial(note=note)
    assert f"<p>{shown}</p>" in text.replace(f' title="{shown}"', "")
    assert text.count(shown) == 6
    assert note == shown or note not in text
    text.encode()


def test_a_page_is_one_file_that_asks_for_nothing(trial):
    text = trial()
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    for word in ("<script", "@import", "url(", "http:", "https:", "src="):
        assert word not in text, word
    assert text.count("<style>") == text.count("<main>") == text.count("<h1>") == 1
    assert "<footer" not in text
    assert "#}" not in text


def test_a_page_is_in_its_language(trial):
    assert '<html lang="en" dir="ltr">' in trial()
    assert '<html lang="he" dir="rtl">' in trial(language=English("he", "rtl"))


@pytest.mark.parametrize(
    "key", ["{{ absent }}", "{{ title.absent }}", "{% if absent %}{% endif %}"]
)
def test_a_template_shows_no_key_that_is_missing(trial, key):
    with pytest.raises(jinja2.UndefinedError):
        trial(TRIAL.replace("<p ", key + "<p "))


def test_a_page_needs_a_title_and_a_head():
    with pytest.raises(jinja2.TemplateRuntimeError):
        page("base.html", {})


def test_pages_are_utf_8_wherever_they_go(capfdbinary, trial):
    print_result(Result(lambda: "table", html=lambda: trial(note="é–א")), "html")
    assert '<p title="é–א">' in capfdbinary.readouterr().out.decode("utf-8")
