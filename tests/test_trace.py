"""The tracer against real loops, which note the LRs that the optimizer holds as it updates."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import linear_warmup
from warmup_lib.trace import Trace, dry_run, record

UPDATES = 14
Make = Callable[[torch.optim.Optimizer], Any]
Step = Callable[[Any], object]


def held(optimizer: torch.optim.Optimizer) -> tuple[float, ...]:
    return tuple(float(group["lr"]) for group in optimizer.param_groups)


def build_optimizer(lrs: str = "one") -> torch.optim.SGD:
    values: dict[str, list[Any]] = {
        "one": [0.1],
        "several": [0.1, 0.03],
        "tensors": [torch.tensor(0.1), torch.tensor(0.03)],
    }
    groups = [{"params": [torch.ones(2, requires_grad=True)], "lr": lr} for lr in values[lrs]]
    return torch.optim.SGD(groups, momentum=0.9)


def update(optimizer: torch.optim.Optimizer) -> tuple[float, ...]:
    """One real update, and the LRs it used."""
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = p.detach() + 0.1
    used = held(optimizer)
    optimizer.step()
    return used


def plain_step(scheduler: Any) -> None:
    scheduler.step()


def real_loop(
    optimizer: torch.optim.Optimizer,
    scheduler: Any,
    updates: int = UPDATES,
    *,
    scheduler_first: bool = False,
    updates_per_step: int = 1,
    step: Step = plain_step,
) -> list[tuple[float, ...]]:
    """Train, and give the LRs that the updates used."""
    noted = []
    if scheduler_first:
        optimizer._opt_called = True  # the order is meant; no remark
    for t in range(updates):
        if scheduler_first and t % updates_per_step == 0:
            step(scheduler)
        noted.append(update(optimizer))
        if not scheduler_first and t % updates_per_step == updates_per_step - 1:
            step(scheduler)
    return noted


class Remembering:
    """A schedule as an object with state: its factor depends on how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _: int) -> float:
        self.asked += 1
        return 1 / self.asked


class Losses:
    """A way to step that has a state of its own: it hands out the metrics of each epoch."""

    def __init__(self) -> None:
        self.values = iter([3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0] * 4)

    def __call__(self, scheduler: Any) -> None:
        scheduler.step(metrics=next(self.values))


PLAIN: dict[str, Make] = {
    "LinearLR": LinearLR,
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, 5),
    "LambdaLR": lambda o: LambdaLR(o, lambda t: min(t / 5, 1)),
    "LambdaLR of a stateful object": lambda o: LambdaLR(o, Remembering()),
    "CosineAnnealingWarmRestarts": lambda o: CosineAnnealingWarmRestarts(o, 4),
    "SequentialLR": lambda o: SequentialLR(
        o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, 5)], [5]
    ),
    "ChainedScheduler": lambda o: ChainedScheduler([LinearLR(o), ExponentialLR(o, 0.9)]),
    "OneCycleLR": lambda o: OneCycleLR(o, 0.5, total_steps=30),
    "CyclicLR": lambda o: CyclicLR(o, 0.01, 0.1, step_size_up=3),
    "CyclicLR with a function": lambda o: CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 0.9**x),
    "ScheduleLR": lambda o: ScheduleLR(o, linear_warmup(5)),
    "GradualWarmupScheduler": lambda o: GradualWarmupScheduler(o, 2, 4, StepLR(o, 3)),
    "GradualWarmupScheduler, multiplier 1": lambda o: GradualWarmupScheduler(
        o, 1, 4, ExponentialLR(o, 0.9)
    ),
}
SCHEDULERS: dict[str, tuple[Make, Callable[[], Step]]] = {
    name: (make, lambda: plain_step) for name, make in PLAIN.items()
}
SCHEDULERS["ReduceLROnPlateau"] = (
    lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1),
    Losses,
)
SCHEDULERS["GradualWarmupScheduler, plateau"] = (
    lambda o: GradualWarmupScheduler(o, 1, 4, ReduceLROnPlateau(o, factor=0.5, patience=1)),
    Losses,
)
SCHEDULERS["step by epoch"] = (
    lambda o: GradualWarmupScheduler(o, 1, 4, StepLR(o, 3)),
    lambda: lambda s: s.step(s.last_epoch + 2),
)

schedulers = pytest.mark.parametrize(
    ("make", "new_step"), SCHEDULERS.values(), ids=list(SCHEDULERS)
)
all_lrs = pytest.mark.parametrize("lrs", ["one", "several", "tensors"])

# --- dry_run is the real loop -----------------------------------------------------------------


@pytest.mark.parametrize("updates_per_step", [1, 4])
@pytest.mark.parametrize("scheduler_first", [False, True], ids=["after", "first"])
@all_lrs
@schedulers
def test_dry_run_sees_what_a_real_loop_uses(
    make: Make,
    new_step: Callable[[], Step],
    lrs: str,
    scheduler_first: bool,
    updates_per_step: int,
) -> None:
    optimizer = build_optimizer(lrs)
    scheduler = make(optimizer)
    loop: Any = {"scheduler_first": scheduler_first, "updates_per_step": updates_per_step}
    foreseen = dry_run(optimizer, scheduler, UPDATES, step=new_step(), **loop)
    used = real_loop(optimizer, scheduler, step=new_step(), **loop)
    assert foreseen.lrs == used
    assert foreseen.used() == [lrs[0] for lrs in used]
    assert foreseen.used(-1) == [lrs[-1] for lrs in used]


@schedulers
def test_dry_run_in_the_middle_of_training_sees_the_rest(
    make: Make, new_step: Callable[[], Step]
) -> None:
    optimizer = build_optimizer("several")
    uninterrupted = real_loop(optimizer, make(optimizer), step=new_step())
    optimizer, step = build_optimizer("several"), new_step()
    scheduler = make(optimizer)
    for done in range(1, UPDATES):
        real_loop(optimizer, scheduler, 1, step=step)
        foreseen = dry_run(optimizer, scheduler, UPDATES - done, step=copy.deepcopy(step))
        assert foreseen.lrs == uninterrupted[done:], f"after {done} updates"


def everything(optimizer: torch.optim.Optimizer, scheduler: Any) -> Any:
    """All that a dry run might disturb, as values."""
    weights = [p.tolist() for group in optimizer.param_groups for p in group["params"]]
    hidden = {key: repr(value) for key, value in vars(optimizer).items()}
    return repr((optimizer.state_dict(), scheduler.state_dict(), weights)), hidden


def identities(optimizer: torch.optim.Optimizer, scheduler: Any) -> list[int]:
    tensor_lrs = [group["lr"] for group in optimizer.param_groups if torch.is_tensor(group["lr"])]
    momenta = [buffer for state in optimizer.state.values() for buffer in state.values()]
    holders = [
        scheduler.optimizer,
        optimizer.state,
        optimizer.param_groups,
        *optimizer.param_groups,
    ]
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    return [id(thing) for thing in (*tensor_lrs, *momenta, *holders, *parameters)]


@pytest.mark.parametrize("done", [0, 1, 6])
@all_lrs
@schedulers
def test_dry_run_leaves_everything_as_it_was(
    make: Make, new_step: Callable[[], Step], lrs: str, done: int
) -> None:
    step, untouched_step = new_step(), new_step()
    optimizer, untouched = build_optimizer(lrs), build_optimizer(lrs)
    scheduler, untouched_scheduler = make(optimizer), make(untouched)
    real_loop(optimizer, scheduler, done, step=step)
    real_loop(untouched, untouched_scheduler, done, step=untouched_step)
    hooks_called = []
    optimizer.register_step_pre_hook(lambda *_: hooks_called.append("pre"))
    optimizer.register_step_post_hook(lambda *_: hooks_called.append("post"))
    before = everything(optimizer, scheduler), identities(optimizer, scheduler)

    dry_run(optimizer, scheduler, 9, step=new_step())
    dry_run(optimizer, scheduler, 9, step=new_step(), scheduler_first=True, updates_per_step=2)

    assert (everything(optimizer, scheduler), identities(optimizer, scheduler)) == before
    assert hooks_called == []
    went_on = real_loop(optimizer, scheduler, step=step)
    assert went_on == real_loop(untouched, untouched_scheduler, step=untouched_step)
    assert everything(optimizer, scheduler)[0] == everything(untouched, untouched_scheduler)[0]
    assert len(hooks_called) == 2 * UPDATES


def test_dry_run_leaves_a_cycled_momentum_alone() -> None:
    optimizer = torch.optim.AdamW([torch.ones(2, requires_grad=True)], betas=(0.9, 0.99))
    scheduler = OneCycleLR(optimizer, 0.5, total_steps=30)
    before = optimizer.param_groups[0]["betas"]
    dry_run(optimizer, scheduler, 20)
    assert optimizer.param_groups[0]["betas"] == before == (0.95, 0.99)


@pytest.mark.parametrize(
    "build",
    [
        lambda p: torch.optim.Adam(p, lr=0.3),
        lambda p: torch.optim.AdamW(p, lr=0.3, fused=True),
        lambda p: torch.optim.Adagrad(p, lr=0.3),
        lambda p: torch.optim.Adafactor(p, lr=0.3),
        lambda p: torch.optim.LBFGS(p, lr=0.3),
    ],
)
def test_dry_run_works_for_any_optimizer_and_leaves_its_state(build: Any) -> None:
    weight = torch.ones(2, requires_grad=True)
    optimizer = build([weight])

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (weight**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    scheduler = LinearLR(optimizer)
    before = repr((optimizer.state_dict(), scheduler.state_dict(), weight, weight.grad))
    assert dry_run(optimizer, scheduler, 6).used() == pytest.approx(
        [0.1, 0.14, 0.18, 0.22, 0.26, 0.3]
    )
    assert repr((optimizer.state_dict(), scheduler.state_dict(), weight, weight.grad)) == before


def test_dry_run_copies_no_parameter_and_no_optimizer_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    optimizer = build_optimizer()
    scheduler = LinearLR(optimizer)
    update(optimizer)

    def refuse(*_: Any) -> None:
        raise AssertionError("a tensor was copied")

    monkeypatch.setattr(torch.Tensor, "__deepcopy__", refuse)
    assert len(dry_run(optimizer, scheduler, 5)) == 5


def test_dry_run_never_warns_and_never_hides_a_later_warning() -> None:
    optimizer = build_optimizer()
    scheduler = LinearLR(optimizer)
    dry_run(optimizer, scheduler, 5)  # pytest turns any warning into an error
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_dry_run_raises_what_the_scheduler_would() -> None:
    optimizer = build_optimizer()
    scheduler = OneCycleLR(optimizer, 0.1, total_steps=5)
    with pytest.raises(ValueError, match="Tried to step 6 times"):
        dry_run(optimizer, scheduler, 7)


def test_dry_run_of_no_updates_is_empty() -> None:
    optimizer = build_optimizer()
    assert dry_run(optimizer, StepLR(optimizer, 2), 0) == Trace()


def test_dry_run_takes_a_scheduler_that_is_not_torchs() -> None:
    class Doubling:  # no ``optimizer`` attribute, no base class
        def __init__(self, groups: list[dict[str, Any]]) -> None:
            self.groups = groups

        def step(self) -> None:
            self.groups[0]["lr"] *= 2

    optimizer = build_optimizer()
    scheduler = Doubling(optimizer.param_groups)
    assert dry_run(optimizer, scheduler, 3).used() == [0.1, 0.2, 0.4]
    assert held(optimizer) == (0.1,)


@pytest.mark.parametrize("bad", [-1, 2.5, "3", None, True, math.nan])
@pytest.mark.parametrize("name", ["updates", "updates_per_step"])
def test_a_bad_count_is_refused_with_a_remedy(name: str, bad: Any) -> None:
    optimizer = build_optimizer()
    with pytest.raises(ValueError) as error:
        dry_run(optimizer, StepLR(optimizer, 2), **({"updates": 5} | {name: bad}))
    assert str(error.value).startswith(f"{name} must be ")
    assert f"got {bad!r}; " in str(error.value)


def test_no_update_per_step_is_refused() -> None:
    optimizer = build_optimizer()
    with pytest.raises(ValueError, match=r"^updates_per_step must be at least 1, got 0; "):
        dry_run(optimizer, StepLR(optimizer, 2), 5, updates_per_step=0)


def test_counts_may_be_numpy_integers() -> None:
    optimizer = build_optimizer()
    steps: Any = np.array([6, 2])
    used = dry_run(optimizer, StepLR(optimizer, 1), steps[0], updates_per_step=steps[1]).used()
    assert used == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


def test_a_scheduler_of_another_optimizer_is_refused() -> None:
    other = torch.optim.Adam([torch.ones(1, requires_grad=True)])
    with pytest.raises(ValueError, match=r"^scheduler must drive the optimizer .* Adam; build it"):
        dry_run(build_optimizer(), StepLR(other, 2), 5)


# --- What libraries' conventions look like in a trace -----------------------------------------


def sequential(milestone: int, start: float = 0.1, total_iters: int = 5) -> Make:
    def make(optimizer: torch.optim.Optimizer) -> LRScheduler:
        linear = LinearLR(optimizer, start, total_iters=total_iters)
        return SequentialLR(optimizer, [linear, CosineAnnealingLR(optimizer, 5)], [milestone])

    return make


CONVENTIONS: dict[str, tuple[Make, int, list[float]]] = {
    # scheduler, first update shown, LRs used at base LR 0.1
    "LinearLR": (
        lambda o: LinearLR(o, 0.1, total_iters=5),
        0,
        [0.01, 0.028, 0.046, 0.064, 0.082, 0.1],
    ),
    "LinearLR from 1/N": (
        lambda o: LinearLR(o, 1 / 5, total_iters=4),
        0,
        [0.02, 0.04, 0.06, 0.08, 0.1, 0.1],
    ),
    "LambdaLR (t+1)/N": (
        lambda o: LambdaLR(o, lambda t: min((t + 1) / 5, 1)),
        0,
        [0.02, 0.04, 0.06, 0.08, 0.1, 0.1],
    ),
    "LambdaLR t/N": (
        lambda o: LambdaLR(o, lambda t: min(t / 5, 1)),
        0,
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1],
    ),
    "ConstantLR": (ConstantLR, 0, [0.1 / 3] * 5 + [0.1]),
    "SequentialLR": (
        sequential(5),
        4,
        [0.082, 0.1, 0.090451, 0.065451, 0.034549, 0.009549, 0, 0.009549],
    ),
    "SequentialLR, peak twice": (
        sequential(5, 0.2, 4),
        0,
        [0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.090451],
    ),
    "SequentialLR, too early": (sequential(4), 3, [0.064, 0.1]),
    "ChainedScheduler": (
        lambda o: ChainedScheduler([LinearLR(o, 0.1, total_iters=5), ExponentialLR(o, 0.9)]),
        5,
        [0.059049, 0.053144],
    ),
    "OneCycleLR": (
        lambda o: OneCycleLR(o, 0.1, total_steps=10, pct_start=0.5, anneal_strategy="linear"),
        0,
        [0.004, 0.028, 0.052, 0.076, 0.1],
    ),
    "OneCycleLR, one update too many": (
        lambda o: OneCycleLR(o, 0.1, total_steps=10, pct_start=0.5, anneal_strategy="linear"),
        9,
        [0, -0.02],
    ),
}


@pytest.mark.parametrize(("make", "first", "used"), CONVENTIONS.values(), ids=list(CONVENTIONS))
def test_dry_run_shows_each_convention(make: Make, first: int, used: list[float]) -> None:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    trace = dry_run(optimizer, make(optimizer), first + len(used))
    assert trace.used()[first:] == pytest.approx(used, abs=5.1e-7)


def test_dry_run_shows_gradual_warmup_as_its_users_step_it() -> None:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    scheduler = GradualWarmupScheduler(optimizer, 1, 5, StepLR(optimizer, 10))
    trace = dry_run(optimizer, scheduler, 19, scheduler_first=True)
    expected = [0.02, 0.04, 0.06, 0.08, 0.1] + [0.1] * 9 + [0.01] * 5
    assert trace.used() == pytest.approx(expected)


# --- record -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheduler_first", [False, True], ids=["after", "first"])
@all_lrs
@schedulers
def test_record_sees_what_the_updates_used(
    make: Make, new_step: Callable[[], Step], lrs: str, scheduler_first: bool
) -> None:
    optimizer = build_optimizer(lrs)
    scheduler = make(optimizer)
    with record(optimizer) as trace:
        loop: Any = {"scheduler_first": scheduler_first, "step": new_step()}
        used = real_loop(optimizer, scheduler, **loop)
    assert trace.lrs == used
    assert len(trace) == UPDATES


def test_the_lr_recorded_is_the_one_that_moves_the_parameters() -> None:
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, 5)
    foreseen = dry_run(optimizer, scheduler, 8)
    moves = []
    with record(optimizer) as trace:
        for _ in range(8):
            weight.detach().zero_()
            weight.grad = -torch.ones(1, dtype=torch.float64)
            optimizer.step()
            moves.append(weight.item())
            scheduler.step()
    assert trace.used() == foreseen.used() == moves


def test_record_sees_lrs_set_by_hand() -> None:
    optimizer = build_optimizer()
    with record(optimizer) as trace:
        for lr in (0.3, 0.2, 0.7):
            optimizer.param_groups[0]["lr"] = lr
            update(optimizer)
            optimizer.param_groups[0]["lr"] = 99.0
    assert trace.used() == [0.3, 0.2, 0.7]


def test_record_does_not_count_a_step_without_gradients() -> None:
    optimizer = build_optimizer("several")
    with record(optimizer) as trace:
        optimizer.zero_grad()
        optimizer.step()
        assert len(trace) == 0
        optimizer.param_groups[1]["params"][0].grad = torch.ones(2)  # one of them is enough
        optimizer.step()
        optimizer.zero_grad()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        optimizer.step()
    assert trace.lrs == [(0.1, 0.03)]


def test_record_counts_gradients_of_zero() -> None:
    optimizer = build_optimizer()
    with record(optimizer) as trace:
        update(optimizer)
        optimizer.zero_grad(set_to_none=False)  # momentum still moves the parameters
        optimizer.step()
    assert len(trace) == 2


@pytest.mark.parametrize("by_name", [False, True], ids=["by position", "by name"])
@pytest.mark.parametrize("optimizer_class", [torch.optim.LBFGS, torch.optim.SGD])
def test_record_counts_an_update_with_a_closure_once(optimizer_class: Any, by_name: bool) -> None:
    weight = torch.ones(2, requires_grad=True)
    optimizer = optimizer_class([weight], lr=0.1)
    scheduler = ExponentialLR(optimizer, 0.5)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (weight**2).sum()
        loss.backward()
        return loss

    with record(optimizer) as trace:
        for _ in range(3):
            optimizer.zero_grad()
            optimizer.step(closure=closure) if by_name else optimizer.step(closure)
            scheduler.step()
    assert trace.used() == pytest.approx([0.1, 0.05, 0.025])


def test_record_does_not_take_a_closure_of_none_for_one() -> None:
    optimizer = build_optimizer()
    with record(optimizer) as trace:
        optimizer.step(None)
        optimizer.step(closure=None)
    assert len(trace) == 0


@pytest.mark.parametrize("fused", [False, True], ids=["unfused", "fused"])
def test_record_does_not_count_an_update_that_grad_scaler_skips(fused: bool) -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1, fused=fused)
    scaler = torch.amp.GradScaler("cpu")
    moved = []
    with record(optimizer) as trace:
        for gradient in (math.inf, 1.0, 1.0, math.inf, 1.0):
            before = weight.item()
            optimizer.zero_grad()
            scaler.scale((weight * gradient).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            moved.append(weight.item() != before)
    assert moved == [False, True, True, False, True]
    assert len(trace) == sum(moved)


def test_record_ends_with_its_block() -> None:
    optimizer = build_optimizer()
    hooks = dict(optimizer._optimizer_step_pre_hooks)
    with record(optimizer) as trace:
        update(optimizer)
    update(optimizer)
    assert len(trace) == 1
    assert dict(optimizer._optimizer_step_pre_hooks) == hooks == {}


def test_record_ends_where_the_block_raises_and_keeps_what_it_saw() -> None:
    optimizer = build_optimizer()
    with pytest.raises(RuntimeError, match="training broke"), record(optimizer) as trace:  # noqa: PT012
        update(optimizer)
        raise RuntimeError("training broke")
    update(optimizer)
    assert len(trace) == 1
    assert not optimizer._optimizer_step_pre_hooks


def test_record_leaves_hooks_of_others() -> None:
    optimizer = build_optimizer()
    calls = []
    mine = optimizer.register_step_pre_hook(lambda *_: calls.append("mine"))
    with record(optimizer):
        update(optimizer)
    update(optimizer)
    mine.remove()
    assert calls == ["mine", "mine"]


def test_records_nest_and_keep_optimizers_apart() -> None:
    one, other = build_optimizer(), build_optimizer("several")
    with record(one) as outer:
        update(one)
        with record(one) as inner, record(other) as of_other:
            update(one)
            update(other)
        update(one)
    assert [len(outer), len(inner), len(of_other)] == [3, 1, 1]
    assert of_other.lrs == [(0.1, 0.03)]


def test_record_does_not_change_what_is_trained() -> None:
    watched, alone = build_optimizer("several"), build_optimizer("several")
    with record(watched):
        real_loop(watched, LinearLR(watched))
    real_loop(alone, LinearLR(alone))
    assert repr(watched.state_dict()) == repr(alone.state_dict())
    assert repr(watched.param_groups) == repr(alone.param_groups)


def test_record_follows_a_loaded_checkpoint_and_a_new_group() -> None:
    optimizer = build_optimizer()
    with record(optimizer) as trace:
        update(optimizer)
        state = optimizer.state_dict()
        state["param_groups"][0]["lr"] = 0.5
        optimizer.load_state_dict(state)
        update(optimizer)
        optimizer.add_param_group({"params": [torch.ones(2, requires_grad=True)], "lr": 0.01})
        update(optimizer)
    assert trace.lrs == [(0.1,), (0.5,), (0.5, 0.01)]


def test_what_was_recorded_is_floats_that_later_steps_do_not_change() -> None:
    optimizer = build_optimizer("tensors")
    with record(optimizer) as trace:
        update(optimizer)
        before = copy.deepcopy(trace.lrs)
        optimizer.param_groups[0]["lr"].mul_(10)
        update(optimizer)
    assert trace.lrs[:1] == before
    assert {type(lr) for lrs in trace.lrs for lr in lrs} == {float}
    assert trace.used() == pytest.approx([0.1, 1.0])
