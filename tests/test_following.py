"""What is heard of optimizers and schedulers, which facts are seen, and that nothing is left."""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from warmup_lib.doctor import diagnose
from warmup_lib.facts import Fact, FactKind
from warmup_lib.following import record_all
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedulers import GradualWarmupScheduler
from warmup_lib.trace import record
from warmup_lib.trace_files import TraceFileError, read_csv, read_json, write_csv, write_json


def weight() -> torch.Tensor:
    return torch.ones(1, requires_grad=True)


def update(optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    sum(p.sum() for group in optimizer.param_groups for p in group["params"]).backward()
    optimizer.step()


def letters(trace: Trace) -> str:
    short = dict(zip(Event, "UseNX", strict=True))
    return "".join(short[event] for event in trace.events)


def facts(trace: Trace) -> list[FactKind]:
    return [fact.kind for fact in trace.facts]


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    methods = [(LRScheduler, "step"), (LambdaLR, "step"), (torch.amp.GradScaler, "step")]
    methods += [(Optimizer, "__init__"), (LRScheduler, "__init_subclass__")]
    before = [kind.__dict__.get(name) for kind, name in methods]
    yield
    assert [kind.__dict__.get(name) for kind, name in methods] == before


# --- What is heard -------------------------------------------------------------------------------


class Twice(SGD):
    """An optimizer whose step calls that of its parent class, and does more."""

    def step(self, closure: Any = None) -> Any:
        return super().step(closure)


class Wrapper:
    """An optimizer around another, as accelerate's and Lightning's are."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer

    def step(self) -> None:
        self.optimizer.step()


@pytest.mark.parametrize("closure", [None, lambda: torch.ones(())])
def test_a_step_that_calls_its_parents_step_is_one_update(closure: Any) -> None:
    SGD([weight()], lr=0.1)  # Now the parent's step has hooks of its own.
    optimizer = Twice([weight()], lr=0.1)
    update(optimizer)
    with record(optimizer) as trace, record_all() as traces:
        optimizer.step(closure)
        optimizer.step(closure)
    assert trace.used() == [0.1, 0.1]
    assert [each.used() for each in traces] == [[0.1, 0.1]]


def test_an_inherited_step_counts_once_as_well() -> None:
    Adam([weight()])
    with record(AdamW([weight()], lr=0.1)) as trace:
        pass
    optimizer = AdamW([weight()], lr=0.1)
    with record(optimizer) as trace:
        update(optimizer)
    assert trace.used() == [0.1]


def test_of_a_wrapped_optimizer_the_one_inside_is_recorded() -> None:
    inner = SGD([weight()], lr=0.1)
    wrapped = Wrapper(Wrapper(inner))  # type: ignore[arg-type]
    inner.param_groups[0]["params"][0].sum().backward()
    with record(Wrapper(inner)) as trace:  # type: ignore[arg-type]
        Wrapper(inner).step()
    assert trace.used() == [0.1]
    refused = pytest.raises(TypeError, match=r"must be a torch\.optim\.Optimizer, got Wrapper")
    with refused, record(wrapped):  # type: ignore[arg-type]
        pass


def test_an_optimizer_without_parameters_is_refused() -> None:
    optimizer = SGD([{"params": []}], lr=0.1)
    with pytest.raises(ValueError, match="optimizer must have parameters"), record(optimizer):
        pass


def test_schedulers_in_a_list_are_refused() -> None:
    optimizer = SGD([weight()], lr=0.1)
    refused = pytest.raises(TypeError, match=r"schedulers must have a step\(\), got a list")
    with refused, record(optimizer, [LambdaLR(optimizer, lambda t: 1.0)]):
        pass


def test_an_lr_that_a_closure_sets_is_the_one_recorded() -> None:
    optimizer = SGD([weight()], lr=0.1)

    def closure() -> torch.Tensor:
        optimizer.param_groups[0]["lr"] = 0.05
        loss = optimizer.param_groups[0]["params"][0].sum()
        loss.backward()
        return loss

    with record(optimizer) as trace:
        optimizer.step(closure)
    assert trace.used() == [0.05]


def test_a_closure_that_leaves_no_gradient_makes_no_update() -> None:
    optimizer = SGD([weight()], lr=0.1)
    with record(optimizer) as trace:
        optimizer.step(lambda: torch.zeros(()))
    assert letters(trace) == "N"


@pytest.mark.parametrize("fused", [True, False])
def test_an_update_that_a_grad_scaler_skips_is_heard_as_such(fused: bool) -> None:
    parameter = weight()
    optimizer = SGD([parameter], lr=0.1, fused=fused)
    scheduler = LambdaLR(optimizer, lambda t: 1.0)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    with record(optimizer, scheduler) as trace:
        for factor in (1.0, float("inf"), 1.0):
            optimizer.zero_grad()
            scaler.scale((parameter * factor).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
    assert letters(trace) == "UsXsUs"


def test_a_grad_scaler_that_is_off_makes_updates() -> None:
    optimizer = SGD([weight()], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    optimizer.param_groups[0]["params"][0].sum().backward()
    with record(optimizer) as trace:
        scaler.step(optimizer)
    assert letters(trace) == "U"


def test_lrs_that_are_tensors_are_read_when_they_are_used() -> None:
    optimizer = Adam([weight()], lr=torch.tensor(0.5), foreach=False)
    scheduler = StepLR(optimizer, 1, 0.5)
    with record(optimizer, scheduler) as trace:
        for _ in range(3):
            update(optimizer)
            scheduler.step()
    assert trace.used() == [0.5, 0.25, 0.125]
    assert facts(trace) == []


@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_a_scheduler_that_is_told_its_place_is_heard_as_such() -> None:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: 1.0)
    plateau = ReduceLROnPlateau(optimizer)
    with record(optimizer, scheduler, plateau) as trace:
        update(optimizer)
        scheduler.step()
        scheduler.step(4)
        scheduler.step(epoch=5)
        scheduler.step(None)
        plateau.step(1.0)
    assert letters(trace) == "Useess"


def test_a_gradual_warmup_tells_metrics_from_a_place() -> None:
    optimizer = SGD([weight()], lr=0.1)
    after = ReduceLROnPlateau(optimizer)
    scheduler = GradualWarmupScheduler(optimizer, 1.0, 2, after)
    with record(optimizer, scheduler) as trace:
        scheduler.step(metrics=1.0)
        scheduler.step(2, metrics=1.0)
    assert letters(trace) == "se"


class Handler:
    """A scheduler without a step, such as ignite's: it is called for the update that comes."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.group = optimizer.param_groups[0]

    def __call__(self) -> None:
        self.group["lr"] *= 0.5


def test_a_scheduler_that_is_called_is_heard_too() -> None:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = Handler(optimizer)
    with record(optimizer, scheduler) as trace:
        scheduler()
        update(optimizer)
    assert letters(trace) == "eU"
    assert trace.used() == [0.05]


def test_blocks_may_end_in_any_order() -> None:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: 1.0)
    one, other = record(optimizer, scheduler), record(optimizer, scheduler)
    first, second = one.__enter__(), other.__enter__()
    update(optimizer)
    scheduler.step()
    one.__exit__(None, None, None)
    update(optimizer)
    scheduler.step()
    other.__exit__(None, None, None)
    update(optimizer)
    scheduler.step()
    assert (letters(first), letters(second)) == ("Us", "UsUs")


def test_a_million_updates_take_ten_bytes_each_and_all_come_back() -> None:
    trace = Trace()
    for t in range(1_000_000):
        trace.add_update((t / 1e6,))
        trace.add(Event.SCHEDULER)
    assert (len(trace), trace.nbytes) == (1_000_000, 9_000_000 + 1_000_000)
    assert trace.used()[-1] == 0.999999


# --- Following everything ------------------------------------------------------------------------


def test_every_optimizer_of_a_block_is_followed_with_its_lines() -> None:
    with record_all() as traces:
        first = SGD([weight()], lr=0.1)
        scheduler = LambdaLR(first, lambda t: (t + 1) / 2)
        second = Adam([weight()], lr=0.3)
        for _ in range(2):
            update(first)
            update(second)
            scheduler.step()
    assert [(trace.name, trace.used()) for trace in traces] == [
        ("SGD", [0.05, 0.1]),
        ("Adam", [0.3, 0.3]),
    ]
    assert letters(traces[0]) == "UsUs"
    sites = traces[0].sites
    lines = Path(__file__).read_text().splitlines()
    made = {
        name: lines[int(sites[name][0].rpartition(":")[2]) - 1].strip()
        for name in ("optimizer", "scheduler", "scheduler.step")
    }
    assert made == {
        "optimizer": "first = SGD([weight()], lr=0.1)",
        "scheduler": "scheduler = LambdaLR(first, lambda t: (t + 1) / 2)",
        "scheduler.step": "scheduler.step()",
    }


def test_a_sequence_of_schedulers_is_one_scheduler() -> None:
    with record_all() as traces:
        optimizer = SGD([weight()], lr=0.1)
        both = [LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.9)]
        scheduler = SequentialLR(optimizer, both, milestones=[2])
        for _ in range(4):
            update(optimizer)
            scheduler.step()
    assert letters(traces[0]) == "UsUsUsUs"
    assert facts(traces[0]) == []


def test_a_scheduler_class_of_the_followed_code_is_heard() -> None:
    with record_all() as traces:

        class Mine(LambdaLR):
            def step(self, epoch: int | None = None) -> None:
                super().step(epoch)

        optimizer = SGD([weight()], lr=0.1)
        scheduler = Mine(optimizer, lambda t: 1.0)
        update(optimizer)
        scheduler.step()
    assert letters(traces[0]) == "Us"
    assert Mine.__dict__["step"].__qualname__.endswith("Mine.step")
    scheduler.step()
    assert letters(traces[0]) == "Us"


def test_an_optimizer_that_makes_no_step_has_no_trace() -> None:
    with record_all() as traces:
        LambdaLR(SGD([weight()], lr=0.1), lambda t: 1.0)
    assert list(traces) == []


def test_followed_optimizers_are_not_kept_alive() -> None:
    with record_all() as traces:
        for _ in range(3):
            optimizer = SGD([weight()], lr=0.1)
            LambdaLR(optimizer, lambda t: 1.0)
            update(optimizer)
            gone = weakref.ref(optimizer)
            del optimizer
            gc.collect()
            assert gone() is None
    assert [trace.used() for trace in traces] == [[0.1]] * 3


def test_following_ends_where_the_block_raises() -> None:
    optimizer = SGD([weight()], lr=0.1)

    def interrupted() -> None:
        update(optimizer)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), record_all() as traces:
        interrupted()
    update(optimizer)
    assert [trace.used() for trace in traces] == [[0.1]]


def test_following_changes_nothing_that_is_trained() -> None:
    def trained() -> list[Any]:
        torch.manual_seed(0)
        model = torch.nn.Linear(3, 2)
        optimizer = AdamW(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda t: (t + 1) / 5)
        for _ in range(5):
            optimizer.zero_grad()
            model(torch.randn(4, 3)).square().sum().backward()
            optimizer.step()
            scheduler.step()
        state = scheduler.state_dict(), optimizer.state_dict()["param_groups"]
        return [*(p.tolist() for p in model.parameters()), state]

    plain = trained()
    with record_all():
        followed = trained()
    assert followed == plain


# --- Facts ---------------------------------------------------------------------------------------

Setting = Callable[[], Trace]


def resumed_without_scheduler() -> Trace:
    parameter = weight()
    optimizer = Adam([parameter], lr=0.1)
    for _ in range(3):
        update(optimizer)
    again = Adam([parameter], lr=0.1)
    again.load_state_dict(optimizer.state_dict())
    scheduler = LambdaLR(again, lambda t: (t + 1) / 5)
    with record(again, scheduler) as trace:
        update(again)
        scheduler.step()
    return trace


def resumed_twice() -> Sequence[Trace]:
    with record_all() as traces:
        state = None
        for _ in range(2):
            optimizer = Adam([weight()], lr=0.1)
            scheduler = LambdaLR(optimizer, lambda t: min((t + 1) / 2, 1.0))
            if state:
                optimizer.load_state_dict(state)
            for _ in range(3):
                update(optimizer)
                scheduler.step()
            state = optimizer.state_dict()
    return traces


def resumed_in_the_wrong_order() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LinearLR(optimizer, 0.1, total_iters=5)
    for _ in range(3):
        update(optimizer)
        scheduler.step()
    states = optimizer.state_dict(), scheduler.state_dict()
    again = SGD([weight()], lr=0.1)
    again.load_state_dict(copy.deepcopy(states[0]))
    late = LinearLR(again, 0.1, total_iters=5)
    late.load_state_dict(states[1])
    with record(again, late) as trace:
        update(again)
        late.step()
    return trace


def of_another_optimizer() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LambdaLR(SGD([weight()], lr=0.1), lambda t: 1.0)
    with record(optimizer, scheduler) as trace:
        update(optimizer)
    return trace


def of_an_optimizer_made_anew() -> Trace:
    with record_all() as traces:
        parameter = weight()
        scheduler = LambdaLR(SGD([parameter], lr=0.1), lambda t: 1.0)
        optimizer = SGD([parameter], lr=0.1)
        for _ in range(2):
            update(optimizer)
            scheduler.step()
    return traces[0]


def with_an_after_scheduler_of_a_ghost() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = GradualWarmupScheduler(optimizer, 1.0, 2, ExponentialLR(optimizer, 0.9))
    scheduler.after_scheduler = copy.deepcopy(scheduler.after_scheduler)
    with record(optimizer, scheduler) as trace:
        update(optimizer)
        scheduler.step()
    return trace


def edited_by_hand() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LinearLR(optimizer, 0.1, total_iters=5)
    with record(optimizer, scheduler) as trace:
        for t in range(3):
            update(optimizer)
            if t == 1:
                optimizer.param_groups[0]["lr"] *= 0.5
            scheduler.step()
    return trace


def with_a_frozen_last_lr() -> Trace:
    class Frozen(ExponentialLR):
        def step(self, epoch: int | None = None) -> None:
            super().step(epoch)
            self._last_lr = [0.1]

    optimizer = SGD([weight()], lr=0.1)
    scheduler = Frozen(optimizer, 0.5)
    with record(optimizer, scheduler) as trace:
        for _ in range(3):
            update(optimizer)
            scheduler.step()
    return trace


def with_a_late_group() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    scheduler = LinearLR(optimizer, 0.1, total_iters=5)
    with record(optimizer, scheduler) as trace:
        update(optimizer)
        optimizer.add_param_group({"params": [weight()]})
        scheduler.step()
    return trace


def with_two_schedulers() -> Trace:
    optimizer = SGD([weight()], lr=0.1)
    schedulers = [LambdaLR(optimizer, lambda t: 1.0), StepLR(optimizer, 3)]
    with record(optimizer, *schedulers) as trace:
        for _ in range(2):
            update(optimizer)
            for scheduler in schedulers:
                scheduler.step()
    return trace


def with_a_zero_start(optimizer_class: Any = Adam) -> Trace:
    optimizer = optimizer_class([weight()], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: t / 5)
    with record(optimizer, scheduler) as trace:
        update(optimizer)
        scheduler.step()
    return trace


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")
@pytest.mark.parametrize(
    ("run", "kind", "evidence"),
    [
        (
            resumed_without_scheduler,
            FactKind.SCHEDULER_AT_ITS_START,
            {"scheduler": "LambdaLR", "steps": 3},
        ),
        (resumed_in_the_wrong_order, FactKind.LR_EDITED, {"steps": 3, "heard": 0}),
        (of_another_optimizer, FactKind.ANOTHER_OPTIMIZER, {"scheduler": "LambdaLR"}),
        (of_an_optimizer_made_anew, FactKind.ANOTHER_OPTIMIZER, {"scheduler": "LambdaLR"}),
        (
            with_an_after_scheduler_of_a_ghost,
            FactKind.ANOTHER_OPTIMIZER,
            {"scheduler": "ExponentialLR"},
        ),
        (edited_by_hand, FactKind.LR_EDITED, {"steps": 1, "heard": 1, "held": 0.014}),
        (with_a_frozen_last_lr, FactKind.LAST_LR_DIFFERS, {"said": 0.1, "held": 0.025}),
        (with_a_late_group, FactKind.GROUP_WITHOUT_SCHEDULE, {"groups": 2, "scheduled": 1}),
        (with_two_schedulers, FactKind.SEVERAL_SCHEDULERS, {"schedulers": "LambdaLR, StepLR"}),
        (with_a_zero_start, FactKind.STATE_ADVANCED_AT_ZERO, {"optimizer": "Adam"}),
    ],
)
def test_a_fact_is_seen(run: Setting, kind: FactKind, evidence: dict[str, Any]) -> None:
    (fact,) = run().facts
    assert fact.kind is kind
    assert {name: fact.evidence[name] for name in evidence} == pytest.approx(evidence)


def test_a_first_update_with_a_closure_is_no_resumed_run() -> None:
    optimizer = Adam([weight()], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: (t + 1) / 5)

    def closure() -> torch.Tensor:
        loss: torch.Tensor = optimizer.param_groups[0]["params"][0].sum()
        loss.backward()
        return loss

    with record(optimizer, scheduler) as trace:
        for _ in range(2):
            optimizer.step(closure)
            scheduler.step()
    assert (letters(trace), facts(trace)) == ("UsUs", [])


def test_a_script_that_resumes_without_its_scheduler_is_seen() -> None:
    first, second = resumed_twice()
    assert facts(first) == []
    assert facts(second) == [FactKind.SCHEDULER_AT_ITS_START, FactKind.LR_EDITED]
    assert [finding.code for finding in diagnose(second)] == ["scheduler-not-resumed"]


def test_nothing_is_seen_where_nothing_is_odd() -> None:
    assert facts(with_a_zero_start(SGD)) == []
    optimizer = Adam([weight()], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: (t + 1) / 5)
    with record(optimizer, scheduler) as trace:
        for _ in range(3):
            update(optimizer)
            scheduler.step()
    states = optimizer.state_dict(), scheduler.state_dict()
    again = Adam([weight()], lr=0.1)
    late = LambdaLR(again, lambda t: (t + 1) / 5)
    again.load_state_dict(states[0])
    late.load_state_dict(states[1])
    with record(again, late) as resumed:
        update(again)
        late.step()
    assert facts(trace) == facts(resumed) == []


def test_a_scheduler_that_takes_over_for_good_is_not_one_of_several() -> None:
    optimizer = SGD([weight()], lr=0.1)
    one, other = StepLR(optimizer, 3), StepLR(optimizer, 3)
    with record(optimizer, one, other) as trace:
        update(optimizer)
        for scheduler in (one, one, other, other):
            scheduler.step()
    assert facts(trace) == []


# --- In files ------------------------------------------------------------------------------------

EVIDENCE = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name not in ("fact", "update")),
    st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    max_size=3,
)
FACTS = st.builds(Fact, st.sampled_from(FactKind), st.integers(0, 2**53), EVIDENCE)


@given(seen=st.lists(FACTS, max_size=3))
def test_facts_come_through_files(tmp_path_factory: pytest.TempPathFactory, seen: Any) -> None:
    folder = tmp_path_factory.getbasetemp()
    trace = Trace("AdamW")
    trace.add_update((0.1, 0.2))
    trace.add(Event.SCHEDULER)
    trace.facts += seen
    trace.sites["scheduler"] = ["train.py:3"]
    write_csv(trace, folder / "run.csv")
    assert read_csv(folder / "run.csv") == trace
    write_json(trace, folder / "run.json")
    back = read_json(folder / "run.json")
    assert (back, back.name, back.sites) == (trace, "AdamW", trace.sites)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("x,lr edited,,{}", "a fact must have a whole number in update"),
        ("1,lr edited,,not json", "and JSON in evidence, got '1' and 'not json'"),
        ('1,lr edited,,"[1]"', "a fact must have"),
    ],
)
def test_a_fact_that_is_none_says_where_and_why(tmp_path: Path, row: str, says: str) -> None:
    path = tmp_path / "run.csv"
    path.write_text(f"update,event,lr_0,evidence\n0,update,0.1,\n{row}\n")
    with pytest.raises(TraceFileError, match="line 3") as error:
        read_csv(path)
    assert says in str(error.value)
