"""The gate: no wrong function passes a question that asks for a function.

Machine-made mutants of the reference, and answers that were not worked out, must
fail. Those that pass must be right, on far more of what the task specifies than
the probe looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from inspect import isfunction
from types import SimpleNamespace
from typing import Any

import pytest
from cosmic_ray.mutating import mutate_code
from mutants import compiled, mutants_of
from mutation_operators import OWN
from torch.optim.lr_scheduler import LambdaLR, LinearLR, LRScheduler

from warmup_lib import questions
from warmup_lib.quiz.compare import first_difference
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key, shown
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.write import Write

Answer = Callable[..., Any]

SECONDS = 0.5
"""A mutant may loop for ever."""


FUNCTIONS = [name for name in questions.all_names() if isinstance(questions.load(name), Write)]
DRAWN = [f"{name} drawn {seed}" for name in FUNCTIONS if questions.varies(name) for seed in "ab"]
each_function = pytest.mark.parametrize("name", FUNCTIONS + DRAWN)


@cache
def load(name: str) -> Write:
    """A question, with parameters where the name goes on with the seed that draws them."""
    name, _, seed = name.partition(" drawn ")
    question = questions.load(name, seed or None)
    assert isinstance(question, Write)
    return question


@cache
def key_of(name: str) -> Key:
    return make_key(load(name))


def passes(name: str, answer: Answer) -> bool:
    return judge(key_of(name), observe(load(name), answer, seconds=SECONDS)).passed


@cache
def beyond(name: str) -> Write:
    question = load(name)
    return replace(question, exercise=question.exercise.wider())


@cache
def right_beyond(name: str) -> Observation:
    seen = observe(beyond(name), load(name).reference())
    assert seen.trouble is None, f"wider() of {name} asks what its reference cannot: {seen.message}"
    return seen


def wrong_beyond(name: str, answer: Answer) -> str | None:
    """Where an answer differs from the reference over the wider domain; ``None`` if nowhere."""
    question, right = beyond(name), right_beyond(name).values
    seen = observe(question, answer)
    if seen.trouble is not None:
        return seen.message
    at = first_difference(seen.values, right, tolerance=question.tolerance)
    if at is None:
        return None
    return f"at {question.labels[at]} it gives {shown([seen.values[at]])}, not {shown([right[at]])}"


# Mutants


def its_own(name: str, of: str) -> Sequence[Answer]:
    """The reference, or those of the alternatives that the question's file defines."""
    question = load(name)
    if of == "reference":
        return [question.answer]
    here = question.answer.__module__
    return [a for a in question.alternatives if isfunction(a) and a.__module__ == here]


@pytest.mark.parametrize(
    ("name", "of"),
    [(name, "reference") for name in FUNCTIONS + DRAWN]
    + [(name, "alternatives") for name in FUNCTIONS],
)
def test_every_mutant_fails_or_is_right(
    name: str, of: str, record_property: Callable[[str, object], None]
) -> None:
    killed, equal, survivors = 0, [], []
    for mutant in [m for a in its_own(name, of) if a.__name__ != "<lambda>" for m in mutants_of(a)]:
        if not passes(name, mutant.function):
            killed += 1
        elif (difference := wrong_beyond(name, mutant.function)) is None:
            equal.append(mutant.description)
        else:
            survivors.append(f"{mutant.description}: {difference}")
    labels = beyond(name).labels
    record_property(
        "mutants",
        {
            "question": name,
            "of": of,
            "made": killed + len(equal) + len(survivors),
            "killed": killed,
            "survived": len(survivors),
            "equal": equal,
            "domain": f"from {labels[0]} to {labels[-1]}, in all {len(labels)} places",
        },
    )
    assert not survivors, (
        f"{name} passes answers that are wrong beyond its probe; let the probe go further, or, if "
        "the task leaves that open, let wider() not:\n" + "\n".join(survivors)
    )


@pytest.mark.parametrize("operator", OWN)
def test_an_operator_makes_the_mistake_of_its_example(operator: Any) -> None:
    for example in operator.examples():
        mutated = mutate_code(example.pre_mutation_code, operator(), example.occurrence)
        assert mutated == example.post_mutation_code


# Answers that nobody worked out


def answers_giving(value: Callable[[int], float], right: Answer) -> Sequence[Answer]:
    """Answers of every form a question asks for, which give ``value(t)`` for update t.

    The last one is a right loop with a scheduler that never moves.
    """

    def loop(model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int) -> None:
        for update, batch in enumerate([*batches] * epochs):
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.param_groups[0]["lr"] = value(update)
            optimizer.step()

    def scheduler(optimizer: Any, *_: Any) -> LambdaLR:
        base_lr = optimizer.param_groups[0]["lr"]
        return LambdaLR(optimizer, lambda t: value(t) / base_lr)

    def resumed(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
        optimizer = make_optimizer()
        optimizer.param_groups[0]["lr"] = value(0)
        return optimizer, LinearLR(optimizer, start_factor=1.0)

    def moves(gradients: Sequence[float]) -> list[float]:
        return [value(t) for t in range(len(gradients))]

    def loop_without_steps(*arguments: Any) -> Any:
        if not any(isinstance(argument, LRScheduler) for argument in arguments):
            raise TypeError("this is no loop")
        still = SimpleNamespace(step=lambda: None)
        return right(*(still if isinstance(a, LRScheduler) else a for a in arguments))

    return (value, lambda *_: value, moves, scheduler, resumed, loop, loop_without_steps)


@each_function
def test_a_constant_fails(name: str) -> None:
    expected = key_of(name).expected.values
    fits = False
    for constant in (0.0, 1.0, 0.1, float(expected[0]), float(expected[-1])):
        for answer in answers_giving(lambda _: constant, load(name).reference()):  # noqa: B023  # called in this pass
            fits = fits or observe(load(name), answer).trouble is None
            assert not passes(name, answer), f"{name} passes {constant} for everything"
    assert fits, f"answers_giving() has no answer of the form that {name} asks for; add it there"


@each_function
@pytest.mark.parametrize("holds", [True, False], ids=["held", "then 0"])
def test_a_table_of_the_first_half_fails_or_is_right(name: str, holds: bool) -> None:
    expected = [float(value) for value in key_of(name).expected.values]
    table = expected[: len(expected) // 2]

    def look_up(update: int) -> float:
        return table[update] if update < len(table) else table[-1] * holds

    for answer in answers_giving(look_up, load(name).reference()):
        if passes(name, answer):
            assert wrong_beyond(name, answer) is None


@each_function
def test_an_answer_for_one_size_fails_or_is_right(name: str) -> None:
    """As where the numbers that the task tells stand in the place of the arguments."""
    sizes: list[Any] = []

    def for_the_first_size(*arguments: Any) -> Any:
        sizes.extend(arguments[len(sizes) :])
        fixed = [
            size if isinstance(size, (int, float)) else argument
            for size, argument in zip(sizes, arguments, strict=True)
        ]
        return load(name).reference()(*fixed)

    if passes(name, for_the_first_size):
        difference = wrong_beyond(name, for_the_first_size)
        assert difference is None, f"{name} is tried with one size only: {difference}"


@each_function
@pytest.mark.parametrize("body", ["pass", "return None", '"""As it was."""', "return {argument}"])
def test_a_signature_with_nothing_behind_it_fails(name: str, body: str) -> None:
    question = load(name)
    signature = question.starter().splitlines()[0]
    argument = signature.partition("(")[2].partition(",")[0].rstrip("):")
    source = f"{signature}\n    {body.format(argument=argument)}"
    assert not passes(name, compiled(source, question.answer))


# Right answers


@each_function
def test_every_alternative_is_right_beyond_the_probe(name: str) -> None:
    for answer in (load(name).answer, *load(name).alternatives):
        assert wrong_beyond(name, answer) is None
