"""The callback in real trainings by Lightning's Trainer, against its schedule's equation."""

from __future__ import annotations

import copy
import importlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peers import needs
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

from integrations.watching import hooks, order, same

pl = needs("lightning.pytorch")

from warmup_lib.integrations.lightning import TraceCallback  # noqa: E402

pytestmark = [
    # Lightning uses what PyTorch deprecates, and advises to use the machine's other cores.
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec"),
    pytest.mark.filterwarnings("ignore:.* does not have many workers"),
]

EXAMPLES = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
BATCHES = 6
WARMUP = 4


def lr(t: int) -> float:
    """The equation of the schedules here: warmup over four steps, then the peak."""
    return 0.1 * min((t + 1) / WARMUP, 1)


def warmup(optimizer: torch.optim.Optimizer) -> LambdaLR:
    return LambdaLR(optimizer, lambda t: min((t + 1) / WARMUP, 1))


def data() -> Any:
    return DataLoader(TensorDataset(EXAMPLES, EXAMPLES.sum(1)), batch_size=2)


class Model(pl.LightningModule):  # type: ignore[misc]
    """A linear model, whose ``break_at``-th batch breaks the training."""

    def __init__(
        self,
        interval: str | None = "step",
        break_at: int | None = None,
        error: type[BaseException] = ValueError,
    ) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 1)
        self.interval, self.break_at, self.error, self.batches = interval, break_at, error, 0

    def loss(self, batch: Any) -> torch.Tensor:
        x, y = batch
        return ((self.layer(x).squeeze(-1) - y) ** 2).mean()

    def training_step(self, batch: Any, _: int) -> torch.Tensor:
        self.batches += 1
        if self.batches == self.break_at:
            raise self.error("training broke")
        loss = self.loss(batch)
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> Any:
        self.optimizer = torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)
        scheduler = {"scheduler": warmup(self.optimizer)}
        if self.interval:
            scheduler["interval"] = self.interval
        return {"optimizer": self.optimizer, "lr_scheduler": scheduler}


Make = Callable[..., Any]


@pytest.fixture
def make_trainer(tmp_path: Path) -> Make:
    def make(*callbacks: Any, library: Any = pl, **settings: Any) -> Any:
        quiet = {"max_epochs": 2, "accelerator": "cpu", "logger": False}
        quiet |= {"enable_progress_bar": False, "enable_model_summary": False}
        quiet |= {"enable_checkpointing": False, "default_root_dir": tmp_path}
        return library.Trainer(callbacks=list(callbacks), **quiet | settings)

    return make


@pytest.mark.parametrize(
    ("interval", "accumulation", "events"),
    [
        ("step", 1, "us" * 12),
        ("step", 4, "us" * 4),  # Lightning makes an update at the end of each epoch, too
        ("epoch", 1, "uuuuuus" * 2),
        ("epoch", 4, "uus" * 2),
        (None, 1, "uuuuuus" * 2),  # as by epoch
    ],
)
def test_every_update_is_recorded_with_the_lr_of_the_schedule(
    make_trainer: Make, interval: str | None, accumulation: int, events: str
) -> None:
    callback, model = TraceCallback(), Model(interval)
    make_trainer(callback, accumulate_grad_batches=accumulation).fit(model, data())
    assert order(callback.trace) == events
    steps_before = [events[:at].count("s") for at, event in enumerate(events) if event == "u"]
    assert callback.trace.used() == [lr(t) for t in steps_before]
    assert callback.trace.name == "SGD"
    assert hooks(model.optimizer) == []


def test_training_and_checkpoints_are_the_same_to_the_bit_with_and_without(
    make_trainer: Make, tmp_path: Path
) -> None:
    checkpoints = []
    for callbacks in ([TraceCallback()], []):
        path = tmp_path / "checkpoint"
        trainer, model = make_trainer(*callbacks), Model()
        trainer.fit(model, data())
        trainer.save_checkpoint(path)
        checkpoints.append(torch.load(path, weights_only=False))
    assert {"state_dict", "optimizer_states", "lr_schedulers"} < checkpoints[0].keys()
    assert same(*checkpoints)


class Saving(pl.Callback):  # type: ignore[misc]
    """Saves a checkpoint, and copies of a callback, in the midst of training."""

    def __init__(self, path: Path, callback: Any = None) -> None:
        self.path, self.callback, self.copies = path, callback, []

    def on_train_batch_end(self, trainer: Any, _: Any, __: Any, ___: Any, batch: int) -> None:
        if trainer.current_epoch == 0 and batch == 2:
            trainer.save_checkpoint(self.path)
            self.copies = [
                copy.deepcopy(self.callback),
                pickle.loads(pickle.dumps(self.callback)),
            ]


def test_a_checkpoint_and_copies_from_the_midst_of_training_hold_no_hook(
    make_trainer: Make, tmp_path: Path
) -> None:
    callback = TraceCallback()
    with_it, without_it = Saving(tmp_path / "with", callback), Saving(tmp_path / "without")
    make_trainer(callback, with_it).fit(Model(), data())
    make_trainer(without_it).fit(Model(), data())
    assert same(*(torch.load(s.path, weights_only=False) for s in (with_it, without_it)))
    assert [twin.trace.used() for twin in with_it.copies] == [[lr(t) for t in range(3)]] * 2
    assert len(callback.trace) == 12


@pytest.mark.filterwarnings("ignore:You're resuming from a checkpoint that ended before the epoch")
def test_a_resumed_training_has_a_trace_of_the_rest(make_trainer: Make, tmp_path: Path) -> None:
    make_trainer(Saving(tmp_path / "third")).fit(Model(), data())
    callback, model = TraceCallback(), Model()
    make_trainer(callback).fit(model, data(), ckpt_path=tmp_path / "third", weights_only=False)
    assert callback.trace.used() == [lr(t) for t in range(3, 12)]
    assert hooks(model.optimizer) == []


class Gan(pl.LightningModule):  # type: ignore[misc]
    """Two models that are updated by hand, the second one every other time."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.discriminator = nn.Linear(4, 1), nn.Linear(4, 1)

    def training_step(self, batch: Any, index: int) -> None:
        models = (self.generator, self.discriminator)
        steppers = zip(self.optimizers(), self.lr_schedulers(), models, strict=True)
        for turn, (optimizer, scheduler, model) in enumerate(steppers):
            if index % (turn + 1) == 0:
                optimizer.zero_grad()
                self.manual_backward(model(batch[0]).mean())
                optimizer.step()
                scheduler.step()

    def configure_optimizers(self) -> Any:
        self.made = [
            torch.optim.SGD(self.generator.parameters(), lr=0.1),
            torch.optim.Adam(self.discriminator.parameters(), lr=0.02),
        ]
        second = LambdaLR(self.made[1], lambda t: 1 / (t + 1))
        return self.made, [warmup(self.made[0]), second]


def test_optimizers_stepped_by_hand_have_a_trace_each(make_trainer: Make) -> None:
    callback, model = TraceCallback(), Gan()
    make_trainer(callback, max_epochs=1).fit(model, data())
    assert [trace.name for trace in callback.traces] == ["SGD", "Adam"]
    assert callback.traces[0].used() == [lr(t) for t in range(6)]
    assert callback.traces[1].used() == [0.02 * (1 / (t + 1)) for t in range(3)]
    assert [order(trace) for trace in callback.traces] == ["us" * 6, "us" * 3]
    assert [hooks(optimizer) for optimizer in model.made] == [[], []]
    with pytest.raises(RuntimeError, match="2 optimizers were recorded"):
        _ = callback.trace


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError, ValueError), (KeyboardInterrupt, SystemExit)]
)
@pytest.mark.usefixtures("interruptible")
def test_a_training_that_breaks_leaves_no_hook(
    make_trainer: Make, error: type[BaseException], raised: type[BaseException]
) -> None:
    callback, model = TraceCallback(), Model(break_at=4, error=error)
    with pytest.raises(raised):
        make_trainer(callback).fit(model, data())
    assert callback.trace.used() == [lr(t) for t in range(3)]
    assert hooks(model.optimizer) == []


class Ending(pl.Callback):  # type: ignore[misc]
    """Ends the training early."""

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        trainer.should_stop = trainer.global_step >= 3


def test_a_training_that_ends_early_leaves_no_hook(make_trainer: Make) -> None:
    callback, model = TraceCallback(), Model()
    make_trainer(callback, Ending()).fit(model, data())
    assert callback.trace.used() == [lr(t) for t in range(3)]
    assert hooks(model.optimizer) == []


def test_each_fit_has_fresh_traces_and_one_with_nothing_to_train_none(make_trainer: Make) -> None:
    callback, model = TraceCallback(), Model()
    trainer = make_trainer(callback, max_epochs=1)
    trainer.fit(model, data())
    first = callback.trace
    trainer.fit(model, data())  # its one epoch is over
    assert callback.traces == []
    trainer.fit_loop.max_epochs = 2
    trainer.fit(model, data())
    # Lightning makes a new optimizer and a new scheduler, so that it warms up again.
    assert callback.trace.used() == first.used() == [lr(t) for t in range(6)]


class Validated(Model):
    def validation_step(self, batch: Any, _: int) -> None:
        self.loss(batch)

    def predict_step(self, batch: Any, _: int) -> torch.Tensor:
        return self.loss(batch)


def test_validating_and_predicting_record_nothing_and_leave_the_trace(make_trainer: Make) -> None:
    callback, model = TraceCallback(), Validated()
    trainer = make_trainer(callback, max_epochs=1)
    trainer.validate(model, data(), verbose=False)
    trainer.predict(model, data())
    with pytest.raises(RuntimeError, match="train first"):
        _ = callback.trace
    trainer.fit(model, data(), data())
    trainer.predict(model, data())
    assert len(callback.trace) == BATCHES


class Plateau(Model):
    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = ReduceLROnPlateau(
            optimizer, factor=0.5, patience=0, threshold=99, threshold_mode="abs"
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "monitor": "loss"}}


def test_a_plateau_scheduler_is_heard_at_the_end_of_each_epoch(make_trainer: Make) -> None:
    callback = TraceCallback()
    make_trainer(callback, max_epochs=3).fit(Plateau(), data())
    assert order(callback.trace) == "uuuuuus" * 3
    assert callback.trace.used() == [0.1] * 12 + [0.05] * 6  # the first epoch is the best so far


class Setting(Model):
    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        optimizer.param_groups[0]["lr"] = 0.5


def test_an_lr_that_is_set_within_the_closure_is_the_one_recorded(make_trainer: Make) -> None:
    callback = TraceCallback()
    make_trainer(callback, max_epochs=1).fit(Setting("epoch"), data())
    assert callback.trace.used() == [0.5] * BATCHES


class Untrained(Model):
    def configure_optimizers(self) -> None:
        return None


@pytest.mark.filterwarnings("ignore:.LightningModule.configure_optimizers. returned .None.")
def test_no_optimizer_has_no_trace(make_trainer: Make) -> None:
    callback = TraceCallback()
    make_trainer(callback, max_epochs=1).fit(Untrained(), data())
    assert callback.traces == []


def test_it_works_where_only_pytorch_lightning_is_installed(
    make_trainer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = needs("pytorch_lightning")
    monkeypatch.setitem(sys.modules, "lightning.pytorch", None)
    monkeypatch.delitem(sys.modules, "warmup_lib.integrations.lightning")
    module = importlib.import_module("warmup_lib.integrations.lightning")
    assert issubclass(module.TraceCallback, library.Callback)

    class OtherModel(library.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 1)

        loss, training_step = Model.loss, lambda self, batch, _: self.loss(batch)
        configure_optimizers, interval = Model.configure_optimizers, "step"

    callback, model = module.TraceCallback(), OtherModel()
    make_trainer(callback, library=library, max_epochs=1).fit(model, data())
    assert callback.trace.used() == [lr(t) for t in range(6)]
    assert hooks(model.optimizer) == []
