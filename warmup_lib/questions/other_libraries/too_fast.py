"""Name the bug: a warmup and a decay that are over too soon, on four processes."""

import warnings

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.recipes import transformers_linear
from warmup_lib.trace import record

WARMUP, TOTAL, BASE_LR = 8, 24, 0.4
PROCESSES, MICRO_BATCHES, UPDATES = 4, 3, 12


def used(
    *, lengths_times: int = 1, steps_per_update: int = 1, steps_per_micro_batch: int = 0
) -> list[float]:
    """The LRs under transformers' linear schedule, its lengths multiplied by ``lengths_times``."""
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=BASE_LR)
    schedule = transformers_linear(WARMUP * lengths_times, TOTAL * lengths_times)
    scheduler = LambdaLR(optimizer, schedule)
    with warnings.catch_warnings(), record(optimizer) as trace:
        # PyTorch remarks on a scheduler that is stepped before the first update.
        warnings.simplefilter("ignore", UserWarning)
        for micro_batch in range(UPDATES * MICRO_BATCHES):
            weight.sum().backward()
            if micro_batch % MICRO_BATCHES == MICRO_BATCHES - 1:
                optimizer.step()
                optimizer.zero_grad()
                for _ in range(steps_per_update):
                    scheduler.step()
            for _ in range(steps_per_micro_batch):
                scheduler.step()
    return trace.used()


QUESTION = NameTheBug(
    title="Over too soon",
    prompt=f"""\
A run on {PROCESSES} GPUs, one process each, adds up the gradients of {MICRO_BATCHES} micro-batches
for every update. Its schedule is transformers' linear one, meant in **updates**: {WARMUP} of
warmup, {TOTAL} in all, base LR {BASE_LR}. These are its first {UPDATES} updates. Which bug made
this trace?""",
    difficulty="core",
    seen_in="[accelerate, issue 662](https://github.com/huggingface/accelerate/issues/662)",
    made_by="one-step-per-process",
    meant=used(),
    bugs=(
        Bug(
            "one-step-per-process",
            "The library's wrapper steps the scheduler once for every *process*, at each update.",
            lambda: used(steps_per_update=PROCESSES),
            "Four processes, four steps an update: the peak comes at update 8 / 4, and 0 at "
            "update 24 / 4.",
        ),
        Bug(
            "counts-micro-batches",
            "`scheduler.step()` is called after every *micro-batch*, whether it ends an update or "
            "not.",
            lambda: used(steps_per_update=0, steps_per_micro_batch=1),
            "Then the scheduler would have been stepped twice before update 0, and three times an "
            "update after it: update 0 would not use 0, and PyTorch would warn about the order.",
        ),
        Bug(
            "stepped-twice",
            "`scheduler.step()` is called twice an update: by a callback, and in the loop.",
            lambda: used(steps_per_update=2),
            "Then all would be twice as fast as meant: the peak would come at update 4.",
        ),
        Bug(
            "lengths-times-processes",
            "Both lengths were multiplied by the number of processes, and the scheduler is stepped "
            "once an update.",
            lambda: used(lengths_times=PROCESSES),
            "Then all would be slower than meant, and these updates would all be in the warmup.",
        ),
    ),
    holds="It is the bug that, when it is run, uses each of these LRs.",
    hints=(
        "At which update was the peak meant, and at which does it come?",
        "How many steps did the scheduler take from one update to the next?",
        "It comes at update 2 rather than 8. What is there four of?",
    ),
    steps=f"""\
The peak was meant at update {WARMUP} and comes at update 2; 0 was meant at update {TOTAL} and comes
at update 6. Both are too early by a factor of 4, and update 0 is right: four steps for each update,
from the start. There are four processes: **{{answer}}**. accelerate's `prepare(scheduler)` does
this: it expects lengths that count the batches before they are shared out among the processes.
Multiply the lengths, or do not prepare the scheduler.""",
    quick_check="Planned over observed names what was counted: processes, micro-batches, epochs.",
)
