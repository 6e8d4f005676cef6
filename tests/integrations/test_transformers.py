"""The callback in real trainings by transformers' Trainer, against its schedule's equation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peers import needs
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from integrations.watching import hooks, order, same

transformers = needs("transformers")
accelerate = needs("accelerate")

from warmup_lib.integrations.transformers import TraceCallback  # noqa: E402

EXAMPLES = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
DATA = [{"x": x, "labels": x.sum()} for x in EXAMPLES]
WARMUP, UPDATES = 4, 10
# Zero at first, the peak after the warmup, and the last update above zero.
LINEAR = [0.1 * min(t / WARMUP, (UPDATES - t) / (UPDATES - WARMUP)) for t in range(UPDATES)]


class Model(nn.Module):
    """A linear model, whose ``break_at``-th batch breaks the training."""

    def __init__(self, break_at: int | None = None, error: type[BaseException] = ValueError):
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 1)
        self.batches, self.break_at, self.error = 0, break_at, error

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        self.batches += 1
        if self.batches == self.break_at:
            raise self.error("training broke")
        output = self.layer(x).squeeze(-1)
        return {"loss": ((output - labels) ** 2).mean(), "logits": output}


class Ending(transformers.TrainerCallback):  # type: ignore[misc]
    """Ends the training early."""

    def __init__(self, at: int) -> None:
        self.at = at

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_training_stop = state.global_step >= self.at


Make = Callable[..., Any]


@pytest.fixture
def make_trainer(tmp_path: Path) -> Make:
    def make(
        *callbacks: Any, model: nn.Module | None = None, optimizers: Any = (None, None), **args: Any
    ) -> Any:
        settings = {
            "output_dir": str(tmp_path),
            "max_steps": UPDATES,
            "warmup_steps": WARMUP,
            "learning_rate": 0.1,
            "per_device_train_batch_size": 2,
            "report_to": [],
            "use_cpu": True,
            "dataloader_pin_memory": False,
            "disable_tqdm": True,
            "logging_strategy": "no",
            "save_strategy": "no",
        }
        return transformers.Trainer(
            model or Model(),
            transformers.TrainingArguments(**settings | args),
            train_dataset=DATA,
            eval_dataset=DATA[:4],
            callbacks=list(callbacks),
            optimizers=optimizers,
        )

    return make


@pytest.mark.parametrize("accumulation", [1, 3])
def test_every_update_is_recorded_with_the_lr_of_the_linear_schedule(
    make_trainer: Make, accumulation: int
) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, gradient_accumulation_steps=accumulation)
    trainer.train()
    assert callback.trace.used() == pytest.approx(LINEAR, rel=1e-12)
    assert callback.trace.used()[:2] == [0.0, 0.025]
    assert callback.trace.groups == 2  # with and without weight decay
    assert order(callback.trace) == "us" * UPDATES
    assert trainer.model.batches > accumulation * (UPDATES - 4)
    assert callback.trace.name == "AdamW"
    assert hooks(trainer.optimizer.optimizer) == []


def files(folder: Path) -> dict[str, Any]:
    """What a checkpoint holds, but for the time it took."""
    found: dict[str, Any] = {}
    for path in folder.iterdir():
        if path.suffix in {".pt", ".pth"}:
            found[path.name] = torch.load(path, weights_only=False)
        elif path.suffix == ".json":
            found[path.name] = json.loads(path.read_text())
        elif path.name != "training_args.bin":
            found[path.name] = path.read_bytes()
    return found


def test_training_and_checkpoints_are_the_same_to_the_bit_with_and_without(
    make_trainer: Make, tmp_path: Path
) -> None:
    weights, checkpoints = [], []
    for name, callbacks in (("with", [TraceCallback()]), ("without", [])):
        folder = tmp_path / name
        trainer = make_trainer(
            *callbacks, output_dir=str(folder), save_strategy="steps", save_steps=5
        )
        trainer.train()
        weights.append(trainer.model.state_dict())
        checkpoints.append([files(folder / f"checkpoint-{step}") for step in (5, 10)])
    assert same(*weights)
    assert {"optimizer.pt", "scheduler.pt", "trainer_state.json"} < checkpoints[0][0].keys()
    assert same(*checkpoints)


def test_a_resumed_training_has_a_trace_of_the_rest(make_trainer: Make, tmp_path: Path) -> None:
    make_trainer(Ending(at=4), save_strategy="steps", save_steps=2).train()
    callback = TraceCallback()
    trainer = make_trainer(callback)
    trainer.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert callback.trace.used() == pytest.approx(LINEAR[4:], rel=1e-12)
    assert hooks(trainer.optimizer.optimizer) == []


def test_a_second_training_has_a_fresh_trace(make_trainer: Make) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, max_steps=3)
    trainer.train()
    first = callback.trace
    trainer.train()
    # The Trainer keeps its optimizer, with its state, and makes a new scheduler.
    assert first is not callback.trace
    assert first.lrs == callback.trace.lrs
    assert order(first) == order(callback.trace) == "us" * 3
    assert hooks(trainer.optimizer.optimizer) == []


def test_a_training_that_ends_early_leaves_no_hook(make_trainer: Make) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, Ending(at=3))
    trainer.train()
    assert callback.trace.used() == pytest.approx(LINEAR[:3], rel=1e-12)
    assert hooks(trainer.optimizer.optimizer) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_training_that_breaks_leaves_no_hook_after_the_with_block(
    make_trainer: Make, error: type[BaseException]
) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, model=Model(break_at=4, error=error))
    with pytest.raises(error, match="training broke"), callback:
        trainer.train()
    assert callback.trace.used() == pytest.approx(LINEAR[:3], rel=1e-12)
    assert hooks(trainer.optimizer.optimizer) == []


def test_without_the_block_the_hooks_go_when_training_is_tried_again(make_trainer: Make) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, model=Model(break_at=4))
    with pytest.raises(ValueError, match="training broke"):
        trainer.train()
    assert hooks(trainer.optimizer.optimizer) != []  # no callback is told of the exception
    trainer.train()
    assert callback.trace.used() == pytest.approx(LINEAR, rel=1e-12)
    assert hooks(trainer.optimizer.optimizer) == []


def test_evaluating_and_predicting_record_nothing_and_leave_the_trace(make_trainer: Make) -> None:
    callback = TraceCallback()
    trainer = make_trainer(callback, max_steps=2)
    trainer.evaluate()
    trainer.predict(DATA[:4])
    with pytest.raises(RuntimeError, match="train first"):
        _ = callback.trace
    trainer.train()
    trainer.evaluate()
    assert len(callback.trace) == 2


@pytest.mark.parametrize("wrapped", [False, True])
def test_ones_own_optimizer_and_scheduler_are_recorded(make_trainer: Make, wrapped: bool) -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler: Any = LambdaLR(optimizer, lambda t: min((t + 1) / WARMUP, 1))
    if wrapped:
        accelerator = accelerate.Accelerator(cpu=True)
        optimizers = accelerator.prepare(optimizer, scheduler)
        assert type(optimizers[1]).__name__ == "AcceleratedScheduler"
    else:
        optimizers = (optimizer, scheduler)
    callback = TraceCallback()
    make_trainer(callback, model=model, optimizers=optimizers).train()
    assert callback.trace.used() == [0.1 * min((t + 1) / WARMUP, 1) for t in range(UPDATES)]
    assert order(callback.trace) == "us" * UPDATES
    assert hooks(optimizer) == []


def test_a_plateau_scheduler_is_heard_where_the_trainer_evaluates(make_trainer: Make) -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(
        optimizer, factor=0.5, patience=0, threshold=9, threshold_mode="abs"
    )
    callback = TraceCallback()
    make_trainer(
        callback,
        model=model,
        optimizers=(optimizer, scheduler),
        max_steps=6,
        eval_strategy="steps",
        eval_steps=2,
        metric_for_best_model="eval_loss",
    ).train()
    assert order(callback.trace) == "uus" * 3
    # The first evaluation is the best so far.
    assert callback.trace.used() == [0.1, 0.1, 0.1, 0.1, 0.05, 0.05]
