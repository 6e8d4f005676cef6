"""Why does nothing train in the first epoch?"""

from dataclasses import dataclass

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.choose import Choose, Claim


@dataclass
class FirstEpoch:
    """What was seen of the first epoch of a training run."""

    lrs: list[float]
    gradient_seen: bool
    weights_moved: bool


def first_epoch(*, warmup: bool = True) -> FirstEpoch:
    torch.manual_seed(0)
    inputs, targets = torch.randn(40, 2), torch.randn(40, 1)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if warmup:
        LambdaLR(optimizer, lambda epoch: min(epoch / 5, 1.0))
    before = model.weight.detach().clone()
    lrs, gradient_seen = [], False
    for start in range(0, 40, 4):
        batch = slice(start, start + 4)
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(inputs[batch]), targets[batch]).backward()
        gradient_seen |= model.weight.grad is not None and bool(model.weight.grad.any())
        lrs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return FirstEpoch(lrs, gradient_seen, not torch.equal(before, model.weight))


def lr_is_zero_all_epoch() -> bool:
    seen = first_epoch()
    return not seen.weights_moved and all(lr == 0 for lr in seen.lrs)


def no_gradient_arrives() -> bool:
    return not first_epoch().gradient_seen


def lr_is_small_but_not_zero() -> bool:
    return all(lr > 0 for lr in first_epoch().lrs)


def only_the_first_update_is_lost() -> bool:
    lrs = first_epoch().lrs
    return lrs[0] == 0 and all(lr > 0 for lr in lrs[1:])


def sgd_waits_for_the_scheduler() -> bool:
    return not first_epoch(warmup=False).weights_moved


QUESTION = Choose(
    title="Nothing trains",
    prompt="""\
A network is trained with

```python
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = LambdaLR(optimizer, lambda epoch: min(epoch / 5, 1.0))

for epoch in range(20):
    for inputs, targets in batches:      # ten batches
        optimizer.zero_grad()
        loss(model(inputs), targets).backward()
        optimizer.step()
    scheduler.step()
```

After the first epoch its weights are, bit for bit, what they were before. Why?""",
    difficulty="warm-up",
    holds="It is the claim that stands when the loop is run and watched.",
    hints=(
        "Which value does the lambda get before the first `scheduler.step()`?",
        "How many updates happen before the first `scheduler.step()`?",
        "Work out `optimizer.param_groups[0]['lr']` for the first batch and for the tenth.",
    ),
    steps="""\
The counter is 0 when the scheduler is built, `min(0 / 5, 1.0)` is 0, and the LR is `0.1 * 0`.
The first `scheduler.step()` comes after the tenth update, so all ten use a learning rate of 0:
the gradients are there and are multiplied by nothing. The claim is **{answer}**.""",
    quick_check="A factor of 0 lasts until the next `scheduler.step()`: here a whole epoch.",
    claims=(
        Claim(
            "lr-is-zero-all-epoch",
            "The lambda gives 0 until the first `scheduler.step()`, which comes after all ten "
            "updates of the epoch.",
            lr_is_zero_all_epoch,
            "All ten updates are multiplied by a learning rate of 0.",
        ),
        Claim(
            "no-gradient-arrives",
            "No gradient reaches the weights in the first epoch.",
            no_gradient_arrives,
            "The gradients do arrive: `model.weight.grad` is filled at every batch. It is what "
            "they are multiplied by that is missing.",
        ),
        Claim(
            "lr-is-small-but-not-zero",
            "The learning rate is there, but too small to change a float32 weight.",
            lr_is_small_but_not_zero,
            "You take the ramp to start at a small LR. Work out exactly what the lambda gives for "
            "its first argument.",
        ),
        Claim(
            "only-the-first-update-is-lost",
            "The first update has a learning rate of 0; the other nine cancel each other out.",
            only_the_first_update_is_lost,
            "You read the schedule as stepped once a batch. Here `scheduler.step()` stands outside "
            "the inner loop, so the whole epoch shares one LR.",
        ),
        Claim(
            "sgd-waits-for-the-scheduler",
            "SGD makes no step before the scheduler has stepped for the first time.",
            sgd_waits_for_the_scheduler,
            "An optimizer knows nothing of its scheduler: without one, the same ten updates move "
            "the weights.",
        ),
    ),
)
