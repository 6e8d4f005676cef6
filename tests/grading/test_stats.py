"""The statistics of a class: equations against other libraries, and classes made by hand."""

from __future__ import annotations

import json
import math
import random
import re
import statistics
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_classes import RIGHT, UNCHECKED, UNTOUCHED, WRONG, column, drawn, record, unreadable

from warmup_lib import questions
from warmup_lib.grading import measures
from warmup_lib.grading.class_csv import COLUMNS, class_csv
from warmup_lib.grading.class_page import class_page
from warmup_lib.grading.class_stats import ClassStats, as_data
from warmup_lib.grading.measures import SMALLEST, Share, cronbach, item_rest, wilson
from warmup_lib.grading.records import Record
from warmup_lib.grading.stats import distribution, summarise

FACTS = {
    "demo/first": questions.Facts("The first", "predict", "core", 1, ("no-cap",), "", False),
    "demo/last": questions.Facts("The <last>", "fix", "hard", 1, ("no-cap",), "", False),
}
ANSWERS = [RIGHT, WRONG, UNTOUCHED, UNCHECKED, "no-cap", "one-late"]

counts = st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
tables = st.integers(2, 6).flatmap(
    lambda wide: st.lists(
        st.lists(st.sampled_from([0.0, 0.1, 1.0, 2.0]), min_size=wide, max_size=wide),
        min_size=SMALLEST,
        max_size=50,
    )
)
classes = st.lists(
    st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), min_size=1, max_size=45
)


def of(records: Sequence[Record], quiz: str = "demo") -> ClassStats:
    facts = FACTS if quiz == "demo" else questions.index()
    return summarise(quiz, records, facts)


def demo(answers: Sequence[tuple[str, str]]) -> list[Record]:
    return [
        record(f"s{place:03d}", {"first": first, "last": last})
        for place, (first, last) in enumerate(answers)
    ]


# Equations


@given(counts)
def test_a_share_lies_in_its_interval_and_that_within_0_and_1(count: tuple[int, int]) -> None:
    share = Share(*count)
    assert 0 <= share.low <= share.value <= share.high <= 1


@given(counts)
def test_what_is_left_over_has_the_mirrored_interval(count: tuple[int, int]) -> None:
    part, whole = count
    low, high = wilson(part, whole)
    assert wilson(whole - part, whole) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("count", "whole"), [(0, 7), (1, 7), (7, 20), (150, 300), (299, 300)])
def test_wilson_is_scipys(count: int, whole: int) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    theirs = scipy_stats.binomtest(count, whole).proportion_ci(method="wilson")
    assert wilson(count, whole) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize(("count", "whole"), [(-1, 5), (6, 5), (0, 0)])
def test_a_share_of_nobody_is_refused(count: int, whole: int) -> None:
    with pytest.raises(ValueError, match="count must be"):
        wilson(count, whole)


@given(tables, st.randoms(use_true_random=False))
def test_discrimination_is_a_correlation_and_knows_no_order(
    scores: list[list[float]], rng: random.Random
) -> None:
    shuffled = rng.sample(scores, len(scores))
    for place in range(len(scores[0])):
        found, again = item_rest(scores, place), item_rest(shuffled, place)
        assert (found.value is None) == (found.why != "")
        assert found.value == pytest.approx(again.value)
        assert found.why == again.why
        assert found.value is None or -1 <= found.value <= 1


@given(tables)
def test_discrimination_is_numpys_correlation_with_the_rest(scores: list[list[float]]) -> None:
    table = np.array(scores)
    for place in range(table.shape[1]):
        found = item_rest(scores, place)
        if found.value is not None:
            rest = np.delete(table, place, axis=1).sum(axis=1)
            assert found.value == pytest.approx(np.corrcoef(table[:, place], rest)[0, 1])


@given(tables)
def test_alpha_is_at_most_1_and_numpys(scores: list[list[float]]) -> None:
    table, found = np.array(scores), cronbach(scores)
    if found.value is None:
        assert found.why == "everybody has the same score"
        return
    wide = table.shape[1]
    each, whole = table.var(axis=0, ddof=1).sum(), table.sum(axis=1).var(ddof=1)
    assert found.value == pytest.approx(wide / (wide - 1) * (1 - each / whole), abs=1e-9)
    assert found.value <= 1 + 1e-12


def test_questions_that_all_tell_the_same_give_an_alpha_of_1() -> None:
    scores = [[float(place % 2)] * 4 for place in range(40)]
    assert cronbach(scores).value == pytest.approx(1)
    assert item_rest(scores, 2).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ([[0, 1]] * 29, "29 submissions, and it takes 30"),
        ([[1]] * 30, "the quiz has a single question"),
        ([[1, place % 2] for place in range(30)], "everybody has the same points on it"),
        ([[place % 2, 1] for place in range(30)], "everybody has the same points on the rest"),
    ],
)
def test_a_discrimination_that_there_is_none_of_says_why(
    scores: list[list[float]], why: str
) -> None:
    assert item_rest(scores, 0) == measures.Measure(None, why)


# A class


def test_the_shares_of_a_question_are_counted() -> None:
    answers = [RIGHT, RIGHT, RIGHT, "no-cap", "no-cap", "one-late", WRONG, UNTOUCHED, UNCHECKED]
    (question,) = of(column("first", answers)).questions
    assert question.n == 9
    assert question.right == Share(3, 9)
    assert question.known == Share(3, 9)
    assert [(each.name, each.share.count) for each in question.held] == [
        ("no-cap", 2),
        ("one-late", 1),
    ]
    assert question.unexplained == Share(1, 9)
    assert question.not_attempted == Share(1, 9)
    assert question.not_checked == Share(1, 9)


@given(classes)
def test_the_outcomes_of_a_question_are_all_its_answers(answers: list[tuple[str, str]]) -> None:
    stats = of(demo(answers))
    assert stats.mean == pytest.approx(statistics.fmean(r.score for r in demo(answers)))
    assert sum(bar.count for bar in stats.bars) == stats.students == len(answers)
    for each in stats.questions:
        parts = each.right, each.known, each.unexplained, each.not_attempted, each.not_checked
        assert sum(part.count for part in parts) == each.n == len(answers)
        assert sum(held.share.count for held in each.held) == each.known.count


@given(classes, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(
    answers: list[tuple[str, str]], rng: random.Random
) -> None:
    records = demo(answers)
    assert as_data(of(rng.sample(records, len(records)))) == as_data(of(records))


def test_questions_stand_in_the_banks_order_and_those_it_has_no_more_last() -> None:
    answers = {"last": RIGHT, "gone": RIGHT, "first": WRONG}
    stats = of([record("ada", answers)])
    assert [each.name for each in stats.questions] == ["demo/first", "demo/last", "demo/gone"]
    assert [each.title for each in stats.questions] == ["The first", "The <last>", "demo/gone"]


def test_a_belief_counts_a_student_once_however_often_it_shows() -> None:
    answers = [("no-cap", "no-cap"), ("one-late", "no-cap"), (RIGHT, RIGHT)]
    first, second = of(demo(answers)).beliefs
    assert (first.name, first.share) == ("no-cap", Share(2, 3))
    assert [(each.question, each.share.count) for each in first.met] == [
        ("demo/last", 2),
        ("demo/first", 1),
    ]
    assert (second.name, second.share) == ("one-late", Share(1, 3))


def test_what_cannot_be_read_counts_apart() -> None:
    with_it = of([*demo([(RIGHT, WRONG)] * 3), unreadable("bob")])
    without = of(demo([(RIGHT, WRONG)] * 3))
    assert (with_it.unreadable, without.unreadable) == (1, 0)
    assert replace(with_it, unreadable=0) == without


def test_a_class_of_which_nothing_could_be_read() -> None:
    stats = of([unreadable("ada"), unreadable("bob")])
    assert (stats.students, stats.unreadable, stats.mean, stats.bars) == (0, 2, None, ())
    assert stats.points == 2
    assert "No submission could be graded" in stats.warnings[0]
    assert "No submission could be graded" in class_page(stats, "Demo")
    assert class_csv(stats).startswith(",".join(COLUMNS))


@pytest.mark.parametrize(
    ("students", "said"),
    [(5, "too small"), (29, "too small"), (30, "caution"), (99, "caution"), (100, "")],
)
def test_a_small_class_comes_with_a_warning(students: int, said: str) -> None:
    stats = of(demo([(RIGHT, RIGHT), (WRONG, RIGHT)] * 50)[:students])
    assert [said in warning for warning in stats.warnings] == [True] * bool(said)
    assert (stats.alpha.value is None) == (students < SMALLEST)


def test_records_that_lack_a_question_are_left_out_of_correlations_alone() -> None:
    whole = demo([(RIGHT, RIGHT), (WRONG, WRONG)] * 20)
    stats = of([*whole, record("late", {"first": RIGHT})])
    assert [each.n for each in stats.questions] == [41, 40]
    assert [each.discrimination for each in stats.questions] == [
        each.discrimination for each in of(whole).questions
    ]
    assert "1 submission" in stats.warnings[-1]


def test_a_record_of_another_quiz_is_refused() -> None:
    with pytest.raises(ValueError, match="'ada' is of linear_lr, not of demo"):
        of([record("ada", {"x": RIGHT}, "linear_lr")])


def test_mistakes_that_go_together_are_found_and_a_common_one_is_not() -> None:
    answers = [
        {"a": "twin", "b": "other-twin", "c": RIGHT, "d": RIGHT} if place < 12 else
        {"a": RIGHT, "b": RIGHT, "c": "x" if place % 2 else RIGHT, "d": "y" if place % 3 else RIGHT}
        for place in range(60)
    ]  # fmt: skip
    stats = of([record(f"s{place}", each) for place, each in enumerate(answers)])
    assert [(each.one, each.other, each.count) for each in stats.together] == [
        ("other-twin", "twin", 12)
    ]


def test_a_class_without_pairs_has_none_together() -> None:
    assert of(demo([("no-cap", RIGHT)] * 40)).together == ()


@given(st.lists(st.sampled_from([0, 0.5, 1, 2.25, 3]), min_size=1), st.sampled_from([3, 30, 3.5]))
def test_every_score_is_in_one_bar(scores: list[float], points: float) -> None:
    bars = distribution(scores, points)
    assert sum(bar.count for bar in bars) == len(scores)


def test_a_quiz_that_nobody_gets_points_for_has_a_bar() -> None:
    assert [bar.count for bar in distribution([0, 0], 0)] == [2]


def test_known_mistakes_of_a_real_quiz_are_the_banks() -> None:
    stats = of(drawn("lambda_lr", 60), "lambda_lr")
    assert [each.name for each in stats.questions] == questions.names("lambda_lr")
    for each in stats.questions:
        known = questions.index()[each.name].misconceptions
        assert {held.name for held in each.held} <= set(known)
        assert each.discrimination.value is not None


def test_the_data_is_json_without_nan() -> None:
    text = json.dumps(as_data(of(drawn("lambda_lr", 40), "lambda_lr")), allow_nan=False)
    assert json.loads(text)["questions"][0]["right"]["of"] == 40


# The page and the CSV


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    text = class_page(of(drawn("lambda_lr", 60), "lambda_lr"), "LambdaLR")
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "href"}
    policy = next(value for name, value in page.attributes if name == "content" and value)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "http:" not in text
    assert "https:" not in text


def test_the_page_names_no_student() -> None:
    records = drawn("lambda_lr", 40)
    text = class_page(of(records, "lambda_lr"), "LambdaLR")
    assert not [each.student for each in records if each.student in text]


def test_the_page_escapes_whatever_it_is_given() -> None:
    bad = "<script>alert(1)</script>"
    records = [record(f"s{n}", {"last": bad, bad: bad}, at=bad) for n in range(3)]
    text = class_page(of(records), bad, (bad, f'x"{bad}'))
    assert bad not in text
    assert "script" not in Page(text).tags
    assert "The &lt;last&gt;" in text


def test_every_figure_has_its_numbers_as_text() -> None:
    stats = of(demo([(RIGHT, "no-cap")] * 3 + [(WRONG, RIGHT)] * 2))
    page = Page(class_page(stats, "Demo"))
    assert "60% (23–88%)" in page.text
    assert "By points, 1: 5." in page.text
    assert "The first530200The <last>523000" in page.text
    for svg in re.findall(r"<svg[^>]*>", class_page(stats, "Demo")):
        assert "aria-hidden" in svg or 'role="img" aria-label="' in svg


def test_the_page_links_the_lesson_where_it_is_told() -> None:
    stats = of(demo([("no-cap", RIGHT)]))
    page = class_page(stats, "Demo", ("02_lambda_lr", "../../lessons/02_lambda_lr.ipynb"))
    assert '<a href="../../lessons/02_lambda_lr.ipynb">02_lambda_lr</a>' in page
    assert "<a " not in class_page(stats, "Demo")


def test_the_csv_has_the_numbers_of_the_statistics() -> None:
    import csv
    import io

    stats = of(drawn("lambda_lr", 60), "lambda_lr")
    rows = list(csv.DictReader(io.StringIO(class_csv(stats))))
    assert list(rows[0]) == list(COLUMNS)
    for each in stats.questions:
        (right,) = [r for r in rows if (r["question"], r["what"]) == (each.name, "right")]
        assert (int(right["count"]), int(right["of"])) == (each.right.count, each.n)
        assert math.isclose(float(right["value"]), each.right.value, abs_tol=1e-4)
    misconceptions = [r for r in rows if r["what"] == "misconception"]
    held = sum(len(each.held) for each in stats.questions)
    assert len(misconceptions) == len(stats.beliefs) + held
