"""Name the bug: a run of three epochs whose log is a saw."""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.trace import dry_run, record

EPOCHS, BATCHES, WARMUP, BASE_LR = 3, 5, 10, 0.2


def fresh_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=BASE_LR)


def used_by_scheduler(factor: str, *, updates_per_step: int = 1) -> list[float]:
    """The LRs under LambdaLR with the lambda whose source is given."""
    optimizer = fresh_optimizer()
    scheduler = LambdaLR(optimizer, eval(factor, {"WARMUP": WARMUP}))
    run = dry_run(optimizer, scheduler, EPOCHS * BATCHES, updates_per_step=updates_per_step)
    return run.used()


def counter_set_back() -> list[float]:
    """The LRs of a loop that sets them by hand, from the number of the batch in its epoch."""
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=BASE_LR)
    with record(optimizer) as trace:
        for _ in range(EPOCHS):
            for batch in range(BATCHES):
                optimizer.param_groups[0]["lr"] = BASE_LR * min((batch + 1) / WARMUP, 1)
                weight.sum().backward()
                optimizer.step()
    return trace.used()


QUESTION = NameTheBug(
    title="Up, down, and up again",
    prompt=f"""\
A warmup over {WARMUP} **updates** was meant, up to a base LR of {BASE_LR}. The run has {EPOCHS}
epochs of {BATCHES} batches. Which bug made this trace?""",
    difficulty="core",
    seen_in="[MiniGPT-4, PR 263](https://github.com/Vision-CAIR/MiniGPT-4/pull/263)",
    made_by="counter-set-back",
    meant=used_by_scheduler("lambda t: min((t + 1) / WARMUP, 1)"),
    bugs=(
        Bug(
            "counter-set-back",
            "The ramp is computed from the number of the batch *within its epoch*.",
            counter_set_back,
            "Every epoch begins with batch 0 again, so each one warms up anew, and none has as "
            "many batches as the ramp needs.",
        ),
        Bug(
            "stepped-per-epoch",
            "`scheduler.step()` is called once an epoch instead of once an update.",
            lambda: used_by_scheduler(
                "lambda t: min((t + 1) / WARMUP, 1)", updates_per_step=BATCHES
            ),
            "Then all updates of an epoch would share one LR: a staircase, and never a fall.",
        ),
        Bug(
            "index-as-count",
            "The lambda is `min(t / 10, 1)`: an index is used as a count.",
            lambda: used_by_scheduler("lambda t: min(t / WARMUP, 1)"),
            "Then the whole ramp would come one update late, beginning with a 0.",
        ),
        Bug(
            "no-cap",
            "The cap is missing: the lambda is `(t + 1) / 10`.",
            lambda: used_by_scheduler("lambda t: (t + 1) / WARMUP"),
            "Then the LR would be right through update 9 and rise above the base LR after it.",
        ),
    ),
    holds="It is the bug that, when it is run, uses each of these LRs.",
    hints=(
        "Where does the LR fall, and what happens in the loop at that moment?",
        "It falls every five updates, back to where the run began. What else begins again then?",
        "Something in the loop counts from 0 in every epoch.",
    ),
    steps="""\
The LR falls back to its first value at updates 5 and 10, where an epoch begins. A scheduler's own
counter never goes back, so the LR was computed from a number that does: the batch within the
epoch. That is **{answer}**. A ramp over updates needs a count of updates through the whole run.""",
    quick_check="A saw with the period of an epoch: something is counted from 0 in every epoch.",
)
