"""Notebooks whose own cells, marks and ids were changed."""

import copy
from collections.abc import Iterator
from typing import Any

from hostile.making import BANK, RIGHT, VARIABLES, Group, Notebook, World, half, right, wrong
from warmup_lib import questions

cases = Group("tampering with the notebook")


def flags(notebook: Notebook) -> Iterator[dict[str, Any]]:
    """Nbgrader's marks on each cell that has some."""
    for cell in notebook.cells:
        if "nbgrader" in cell["metadata"]:
            yield cell["metadata"]["nbgrader"]


@cases("half", "locked cells does not count")
def checks_that_pass(_: World) -> Notebook:
    notebook = half()
    for cell in notebook.of("grade"):
        cell["source"] = "pass"
    return notebook


@cases("half")
def second_copy_of_each_test_cell(_: World) -> Notebook:
    notebook = half()
    for cell in [copy.deepcopy(cell) for cell in notebook.of("grade")]:
        notebook.cells.append({**cell, "source": "1000"})
    return notebook


@cases("half")
def no_test_cells_at_all(_: World) -> Notebook:
    notebook = half()
    for cell in list(notebook.of("grade")):
        notebook.cells.remove(cell)
    return notebook


@cases("half")
def cells_tagged_to_be_skipped(_: World) -> Notebook:
    notebook = half()
    for cell in notebook.cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]
    return notebook


@cases("half")
def a_thousand_points_each(_: World) -> Notebook:
    notebook = half()
    for each in flags(notebook):
        each["points"] = 1000
    return notebook


@cases("half")
def everything_unlocked_and_of_another_schema(_: World) -> Notebook:
    notebook = half()
    for each in flags(notebook):
        each.update(locked=False, grade=True, solution=True, task=True, schema_version=99)
        each["checksum"] = "0" * 32
    return notebook


@cases("half")
def ids_of_wrong_answers_put_on_right_ones(_: World) -> Notebook:
    """What a cell answers is told by the name that it defines, where that is another's."""
    notebook = half()
    cells = [notebook.cell(name) for name in VARIABLES]
    for cell, name in zip(cells, [*VARIABLES[1:], VARIABLES[0]], strict=True):
        cell["id"] = cell["metadata"]["nbgrader"]["grade_id"] = name
    return notebook


@cases("right")
def cells_in_the_wrong_order(_: World) -> Notebook:
    notebook = right()
    notebook.cells.reverse()
    return notebook


@cases("wrong", "cells answer first_print")
def right_cell_behind_which_stands_a_wrong_one(_: World) -> Notebook:
    """The last answer counts, as in a run from the top."""
    notebook = wrong(first_print=RIGHT["first_print"])
    again = copy.deepcopy(notebook.cell("first_print"))
    notebook.cells.append({**again, "source": "first_print = 0.06"})
    return notebook


@cases("untouched", "no code cell any more")
def answers_in_cells_of_text(_: World) -> Notebook:
    notebook = right()
    for name in VARIABLES:
        notebook.cell(name)["cell_type"] = "markdown"
    return notebook.last("answers = 'above'")


@cases("half")
def set_up_replaced(_: World) -> Notebook:
    """The released one is run in its place."""
    notebook = half()
    notebook.cell("lambda_lr-setup")["source"] = "import os\nos._exit(0)"
    return notebook


@cases("half", "locked cells does not count")
def attack_in_a_locked_cell(world: World) -> Notebook:
    notebook = half()
    locked = next(cell for cell in notebook.of("grade"))
    locked["source"] = world.code("import shutil\nshutil.rmtree(COURSE)")
    return notebook


@cases("half")
def results_written_as_outputs(_: World) -> Notebook:
    notebook = half()
    passed = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {"score": 1000},
        "data": {"text/plain": "1000"},
    }
    for cell in notebook.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [passed]
    return notebook


# The questions that have the same numbers, or none, under that seed.
SAME = [
    question.variable
    for question in BANK
    if questions.load(question.name, "somebody else").solution() == question.solution()
]


@cases("wrong", wins=SAME)
def variant_of_somebody_else(_: World) -> Notebook:
    """The right answers to the built numbers, under a seed by which others are asked."""
    return right().first('VARIANT = "somebody else"')


@cases("half", "VARIANT is no plain text")
def variant_that_is_no_text(_: World) -> Notebook:
    return half().first("VARIANT = ['a', 'b']")


@cases("half")
def answers_of_all_questions_named_in_comments(_: World) -> Notebook:
    said = "\n".join(f"# {name} = right" for name in VARIABLES)
    return half().last(f"{said}\nNone")
