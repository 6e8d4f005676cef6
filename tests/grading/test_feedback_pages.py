"""The notebook for formgrader and the page for the student: whatever is in them, nothing runs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

from results import (
    NAMES,
    POINTS,
    QUIZ,
    copy_of_the_course,
    handed_in,
    marked_raising,
    nbgrader,
    record,
)

from warmup_lib import questions
from warmup_lib.grading.autograded import ResultFiles, feedback_html
from warmup_lib.grading.gradebook import GradebookError, open_gradebook
from warmup_lib.grading.handed_in import HandedIn, Piece
from warmup_lib.grading.records import Record
from warmup_lib.grading.shown_safely import said, visible
from warmup_lib.quiz.key import shown

FIRST = NAMES[0]
VARIABLE = FIRST.rpartition("/")[2]
MAY_HAVE_ADDRESSES = {"a"}
HARMLESS_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "bdi", "strong"),
    *("em", "code", "pre", "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "a"),
    *("figure", "figcaption", "br", "svg", "line", "text", "polyline", "circle", "div"),
}

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "the end of the cell": "</code></pre></textarea></style></script><img src=x onerror=alert(1)>",
    "an attribute": '" onmouseover="alert(1)" x="',
    "a link that runs": "[x](javascript:alert(1)) <a href='javascript:alert(1)'>x</a>",
    "a link": "[x](https://evil.example/?a=1) <https://evil.example> ![x](https://evil.example/i.png)",
    "backticks": "`` ` ``` <b onclick=alert(1)> ` `` ```\n<script>alert(1)</script>\n```",
    "math": r"$\href{javascript:alert(1)}{x}$ \(\style{color:red}{x}\) $$\require{enclose}$$",
    "a template": "{{ 7 * 7 }} {% include '/etc/passwd' %} {# #}",
    "terminal escapes": "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m",
    "direction overrides": "\u202edrowssap\u202c \u2066x\u2069 \u200f",
    "lone surrogates and nulls": "\ud800\udfff\x00\x08\ufeff\ufffe",
    "a namespace": "<svg><style><img src=x onerror=alert(1)></style></svg><math><mi xlink:href=x>",
    "an entity": "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script&#x3e;",
}


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def assert_harmless(html: str) -> Seen:
    """No script, no handler, no address outside, no character that cannot be seen."""
    seen = Seen(html)
    for tag, attributes in seen.tags:
        assert tag in HARMLESS_TAGS, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in (
                "src",
                "srcset",
                "style",
                "action",
                "formaction",
                "xlink:href",
                "data",
            )
            if name == "href":
                assert tag == "a", tag
                assert (value or "").startswith("#question-")
    assert all(c.isprintable() or c in "\n\t" for c in html)
    return seen


def shapes(html: str) -> list[str]:
    return [tag for tag, _ in Seen(html).tags]


def hostile_record(text: str, **changed: Any) -> Record:
    """Everything that a student can have a say in holds this text."""
    marked = {**record("ada").marked, FIRST: marked_raising(FIRST, f"It raised `{text}`: {text}")}
    lines = (f"note {text}",)
    return replace(record("ada"), marked=marked, notes=lines, troubles=lines, **changed)


def hostile_upload(text: str) -> HandedIn:
    upload = handed_in("ada", **{VARIABLE: f"{VARIABLE} = '''{text}'''"})
    return replace(upload, pieces=(*upload.pieces, Piece("11", f"# {text}")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_course(tmp_path_factory.mktemp("pages") / "a course")


def outputs(notebook: Any) -> dict[str, Any]:
    """By check cell, its output."""
    return {c.id: c.outputs[0] for c in notebook.cells if c.id.endswith("-check")}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_a_students_runs_in_the_page(text: str) -> None:
    page = feedback_html(hostile_upload(text), hostile_record(text))
    assert_harmless(page)
    # It adds no tag but those that quote code.
    plain = feedback_html(hostile_upload("x"), hostile_record("x"))
    assert [t for t in shapes(page) if t != "code"] == [t for t in shapes(plain) if t != "code"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_a_students_runs_in_the_notebook(made: Path, text: str) -> None:
    path = ResultFiles(made).write_notebook(hostile_upload(text), hostile_record(text))
    notebook: Any = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.data.keys() == {"text/html", "text/plain"}
            assert_harmless(output.data["text/html"])
            # MathJax, which formgrader loads, runs links in formulas; it skips this class.
            assert Seen(output.data["text/html"]).tags[0][1]["class"] == (
                "tex2jax_ignore mathjax_ignore"
            )
    # In Markdown cells there is nothing but what was released.
    released: Any = nbformat.read(made / "quizzes" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    assert [c for c in notebook.cells if c.cell_type != "code"] == [
        c for c in released.cells if c.cell_type != "code"
    ]


def test_what_a_student_wrote_can_be_read_as_it_was_written() -> None:
    source = 'first_print = "<b>&amp;</b>"  # `tick` $x$ {{ y }}\n\tindented = 1 < 2'
    page = feedback_html(handed_in("ada", **{VARIABLE: source}), record("ada"))
    assert source in assert_harmless(page).text


def test_a_page_forbids_what_it_does_not_need() -> None:
    page = feedback_html(handed_in("ada"), record("ada"))
    policy = next(a["content"] for t, a in Seen(page).tags if a.get("http-equiv")) or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    import base64
    import hashlib

    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_megabyte_of_text_is_cut_and_costs_little_time(made: Path) -> None:
    text = "<script>`" * 120_000
    began = time.process_time()
    page = feedback_html(hostile_upload(text), hostile_record(text))
    path = ResultFiles(made).write_notebook(hostile_upload(text), hostile_record(text))
    assert time.process_time() - began < 5
    assert_harmless(page)
    assert len(page) < 300_000
    assert path.stat().st_size < 1_500_000
    assert "characters more)" in page


def test_runs_of_backticks_cost_little_time() -> None:
    text = " ".join("`" * number for number in range(1, 1500))
    began = time.process_time()
    said(text)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "student", ["../ada", "<script>", "a/b", "..", "x\x1b[2J", "\u202eada", ""]
)
@pytest.mark.parametrize("write", [ResultFiles.write_notebook, ResultFiles.write_feedback])
def test_an_id_that_is_no_folders_name_writes_nothing(
    tmp_path: Path, student: str, write: Callable[..., Path]
) -> None:
    with pytest.raises(GradebookError, match="no results can be kept"):
        write(ResultFiles(tmp_path), handed_in(student), record(student))
    assert list(tmp_path.iterdir()) == []


def test_any_id_is_safe_in_the_page_itself() -> None:
    for text in HOSTILE.values():
        assert_harmless(feedback_html(handed_in(text), record(text)))


def test_the_page_says_score_outcomes_mistakes_and_details() -> None:
    wrong = record("ada", *range(len(NAMES)))
    text = Seen(feedback_html(handed_in("ada"), wrong)).text
    assert f"0 of {POINTS} points" in text
    for name, marked in wrong.marked.items():
        assert questions.index()[name].title in text
        assert marked.feedback.misconception is not None
        assert f"Known mistake: {marked.feedback.misconception.replace('-', ' ')}" in text
        for line in (marked.feedback.message, *marked.feedback.details):
            assert re.sub(r"[`*]", "", line) in re.sub(r"[`*]", "", text)
    right = Seen(feedback_html(handed_in("ada"), record("ada"))).text
    assert f"{POINTS} of {POINTS} points" in right
    assert right.count("✓ Right") == 2 * len(NAMES)


def test_a_curve_is_drawn_with_its_text_twin() -> None:
    from warmup_lib.quiz.overlay import overlay

    wrong = record("ada", *range(len(NAMES)))
    seen = Seen(feedback_html(handed_in("ada"), wrong))
    curves = [m.feedback.curves for m in wrong.marked.values() if m.feedback.curves is not None]
    assert len([tag for tag, _ in seen.tags if tag == "svg"]) == len(curves) > 0
    for each in curves:
        for line in overlay(each).text.splitlines():
            assert line in seen.text


def test_no_expected_answer_is_told_that_the_feedback_does_not_tell() -> None:
    wrong = record("ada", *range(len(NAMES)))
    upload = HandedIn("ada", QUIZ, Path("x"), "d")
    text = Seen(feedback_html(upload, wrong)).text
    for name in NAMES:
        question = questions.load(name)
        assert question.solution() not in text
        feedback = wrong.marked[name].feedback
        said_already = " ".join((feedback.message, *feedback.details))
        key = shown(question.probe(question.reference()))
        if len(key) > 6 and key not in said_already:
            assert key not in text


def test_an_unreadable_submission_gets_a_page_that_says_why(made: Path) -> None:
    unreadable = record("cleo", status="unreadable", reason="It ends in mid-file.", marked={})
    upload = HandedIn("cleo", QUIZ, Path("x"), "", trouble="It ends in mid-file.")
    ResultFiles(made).write(upload, unreadable)
    text = (made / "feedback" / "cleo" / QUIZ / f"{QUIZ}.html").read_text(encoding="utf-8")
    assert "Not graded: this notebook could not be read." in text
    assert "It ends in mid-file." in text
    notebook: Any = nbformat.read(
        made / "autograded" / "cleo" / QUIZ / f"{QUIZ}.ipynb", as_version=4
    )
    nbformat.validate(notebook)
    assert all(o.text == "It ends in mid-file.\n" for o in outputs(notebook).values())


def test_the_notebook_is_the_released_one_with_the_students_answers(made: Path) -> None:
    upload = handed_in("ada", **{VARIABLE: "first_print = helper(1)"})
    own = Piece("1", "def helper(x):\n    return x")
    upload = replace(upload, pieces=(upload.pieces[0], own, *upload.pieces[1:]))
    path = ResultFiles(made).write_notebook(upload, record("ada", 0))
    notebook: Any = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    released: Any = nbformat.read(made / "quizzes" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    theirs = [c for c in notebook.cells if c.id not in {r.id for r in released.cells}]
    assert [c.source for c in theirs] == [own.source]
    by_id: Mapping[str, Any] = {c.id: c for c in notebook.cells}
    for cell in released.cells:
        assert by_id[cell.id].metadata == cell.metadata
        is_answer = cell.metadata.get("nbgrader", {}).get("solution")
        if not is_answer:
            assert by_id[cell.id].source == cell.source
    assert by_id[VARIABLE].source == "first_print = helper(1)"
    places = [c.id for c in notebook.cells]
    assert places.index(theirs[0].id) == places.index(VARIABLE) - 1


def test_nbgrader_reads_the_same_scores_from_the_notebook(made: Path) -> None:
    from nbgrader.utils import determine_grade

    marks = record("ada", 0, 4)
    path = ResultFiles(made).write_notebook(handed_in("ada"), marks)
    notebook: Any = nbformat.read(path, as_version=4)
    found = {c.id: determine_grade(c) for c in notebook.cells if c.id.endswith("-check")}
    assert found == {
        f"{name.rpartition('/')[2]}-check": (each.feedback.score, each.feedback.points)
        for name, each in marks.marked.items()
    }


def test_files_are_written_whole_and_what_is_in_their_place_is_replaced(made: Path) -> None:
    files = ResultFiles(made)
    files.write(handed_in("dora"), record("dora", 0))
    page = made / "feedback" / "dora" / QUIZ / f"{QUIZ}.html"
    outside = made / "outside"
    outside.write_text("mine")
    page.unlink()
    page.symlink_to(outside)
    files.write(handed_in("dora"), record("dora"))
    assert not page.is_symlink()
    assert outside.read_text() == "mine"
    assert [p.name for p in page.parent.iterdir()] == [f"{QUIZ}.html"]
    before = page.read_bytes()
    files.write(handed_in("dora"), record("dora"))
    assert page.read_bytes() == before


def test_a_record_of_somebody_else_is_refused(made: Path) -> None:
    with pytest.raises(ValueError, match="is not what the record of 'ben'"):
        ResultFiles(made).write(handed_in("ada"), record("ben"))


def test_nbgrader_makes_feedback_of_hostile_submissions_in_which_nothing_runs(
    tmp_path: Path,
) -> None:
    course = copy_of_the_course(tmp_path / "course")
    texts = [*HOSTILE.values(), "<script>`" * 120_000]
    files = ResultFiles(course)
    records = []
    for number, text in enumerate(texts):
        student = f"student {number}"
        records.append(replace(hostile_record(text), student=student))
        files.write_notebook(replace(hostile_upload(text), student=student), records[-1])
    with open_gradebook(None, course) as gradebook:
        assert gradebook.write(records) == {}
    nbgrader(course, "generate_feedback", QUIZ)
    scripts, handlers = set(), set()
    for each in records:
        page = course / "feedback" / each.student / QUIZ / f"{QUIZ}.html"
        seen = Seen.__new__(Seen)
        HTMLParser.__init__(seen)
        seen.tags, seen.text = [], ""
        seen.handle_comment = lambda data: None  # type: ignore[method-assign]  # no comments
        seen.feed(page.read_text(encoding="utf-8"))
        scripts.add(sum(tag == "script" for tag, _ in seen.tags))
        handlers.add(sum(name.startswith("on") for _, found in seen.tags for name in found))
        assert not any((found.get("href") or "").startswith("javascript") for _, found in seen.tags)
        assert not any("evil.example" in str(found) for _, found in seen.tags)
    # Those that nbgrader's own template has.
    assert len(scripts) == 1
    assert handlers == {0}


def test_visible_text_stays_as_it_is() -> None:
    text = "naïve Ω 数 \U0001f600\n\tx"
    assert visible(text, 100) == text
    assert json.loads(json.dumps(visible("\ud800", 9))) == "\\ud800"
