"""What an error or a warning of PyTorch's schedulers means, where it is a known warmup pitfall.

>>> meaning_of_warning("To get the last learning rate computed by the scheduler, please …").question
'linear_lr/ramp_value'
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from pickle import UnpicklingError
from types import FrameType

_SCHEDULERS = "torch/optim/lr_scheduler.py"
_OPTIMIZERS = "torch/optim/optimizer.py"
_LOADING = "torch/serialization.py"
_LINEAR, _GRADUAL, _TRAINING = "03_linear_lr", "04_gradual_warmup", "05_training"


@dataclass(frozen=True)
class Pitfall:
    """An error that PyTorch raises for a mistake with warmup, or a warning that it gives.

    Attributes:
        kind: the exception's type.
        says: a pattern for the part of its message that stays.
        file: the end of the name of PyTorch's file that it comes from, or through.
        cause: what it means.
        remedy: what to write instead, as code where it can be.
        lesson: the stem of the lesson that teaches it.
        question: the question of the bank that asks about it.
        scheduler: the class of scheduler that it comes from, where only that is meant.
        in_factor: it comes from the function that a scheduler was given.
    """

    kind: type[BaseException]
    says: str
    file: str
    cause: str
    remedy: str
    lesson: str
    question: str
    scheduler: str = ""
    in_factor: bool = False


_ERRORS = (
    Pitfall(
        KeyError,
        "param 'initial_lr' is not specified",
        _SCHEDULERS,
        "last_epoch says that the schedule goes on, and the optimizer is a fresh one, without the "
        "base LR that a run before would have left in it.",
        "Leave last_epoch out; build both, then optimizer.load_state_dict(…) and "
        "scheduler.load_state_dict(…).",
        _TRAINING,
        "training/resume",
    ),
    Pitfall(
        ValueError,
        "does not support `ReduceLROnPlateau`",
        _SCHEDULERS,
        "ReduceLROnPlateau.step() wants a metric, and what joins schedulers has none to give.",
        "Step it yourself, once the warmup is over:\n"
        "warmup.step() if update < n else plateau.step(loss)",
        _LINEAR,
        "linear_lr/plateau_in_warmup",
    ),
    Pitfall(
        ValueError,
        "lr_lambdas, but got",
        _SCHEDULERS,
        "A list of lambdas must have one for each parameter group, in their order.",
        "One lambda alone is for all groups; or give [warmup] * len(optimizer.param_groups).",
        "02_lambda_lr",
        "lambda_lr/ramp_of_each_group",
    ),
    Pitfall(
        ValueError,
        r"zip\(\) argument 2 is shorter",
        _SCHEDULERS,
        "A parameter group was added after the scheduler was made, which knows the groups of then.",
        "Call optimizer.add_param_group(…) before the scheduler is made; give parameters that join "
        "later requires_grad=False until then.",
        _TRAINING,
        "training/added_later",
    ),
    Pitfall(
        ValueError,
        "Starting multiplicative factor expected to be greater than 0",
        _SCHEDULERS,
        "LinearLR goes on by multiplying, so it can neither leave a factor of 0 nor start above 1.",
        "LinearLR(optimizer, start_factor=1 / n, total_iters=n - 1), or from 0:\n"
        "LambdaLR(optimizer, lambda t: min(t / n, 1))",
        _LINEAR,
        "linear_lr/as_a_lambda",
    ),
    Pitfall(
        ZeroDivisionError,
        "by zero",
        _SCHEDULERS,
        "At its end ConstantLR divides the LR by its factor to undo it, and the factor is 0. The "
        "updates before used an LR of 0 and trained nothing.",
        "ConstantLR(optimizer, factor=0.1, total_iters=n), or no updates at all in its place.",
        _LINEAR,
        "linear_lr/constant_until",
        scheduler="ConstantLR",
    ),
    Pitfall(
        ValueError,
        "Tried to step",
        _SCHEDULERS,
        "OneCycleLR was stepped more often than its total_steps, which count its steps over the "
        "whole run; len(dataset) // batch_size is one too few where the last batch is small.",
        "OneCycleLR(optimizer, max_lr, total_steps=epochs * len(loader))",
        "07_other_libraries",
        "other_libraries/port_total",
    ),
    Pitfall(
        ValueError,
        "expects all schedulers to belong to the same optimizer",
        _SCHEDULERS,
        "The schedulers were made on different optimizers; mostly the optimizer was made anew in "
        "between.",
        "Make the optimizer once, then every scheduler on it, then SequentialLR.",
        _GRADUAL,
        "gradual_warmup/after_the_resume",
    ),
    Pitfall(
        ValueError,
        "optimizer got an empty parameter list",
        _OPTIMIZERS,
        "There is nothing to train: a generator of parameters that was read before, a module kept "
        "in a plain list, or a filter that nothing passes.",
        "SGD(model.parameters(), lr=…); keep submodules in nn.ModuleList.",
        _TRAINING,
        "training/first_to_move",
    ),
    Pitfall(
        UnpicklingError,
        r"Weights only load failed[\s\S]*(lr_scheduler|optim|warmup)",
        _LOADING,
        "The checkpoint holds more than tensors and numbers. The state of the PyPI "
        "GradualWarmupScheduler does: it pickles its after-scheduler together with a copy of the "
        "optimizer, which it then drives in place of yours.",
        "Save scheduler.after_scheduler.state_dict() and the counts instead, or use "
        "warmup_lib.schedulers.GradualWarmupScheduler.",
        _GRADUAL,
        "gradual_warmup/after_the_resume",
    ),
    Pitfall(
        ZeroDivisionError,
        "by zero",
        _SCHEDULERS,
        "The schedule divides by a count of 0: mostly a warmup of int(share * total) updates, "
        "which is 0 in a short run.",
        "n = max(1, round(share * total))",
        "07_other_libraries",
        "other_libraries/warmup_ratio",
        in_factor=True,
    ),
    Pitfall(
        ValueError,
        "math domain error|expected a positive input",  # Python 3.14 says the latter.
        _SCHEDULERS,
        "The schedule takes the logarithm or the root of a number that has none: mostly of 0, at "
        "the first update.",
        "Count from 1: math.log(t + 1)",
        "07_other_libraries",
        "other_libraries/from_deepspeed",
        in_factor=True,
    ),
)
_WARNINGS = (
    Pitfall(
        UserWarning,
        "To get the last learning rate computed by the scheduler",
        _SCHEDULERS,
        "get_lr() computes the next step of the schedule, from the LR in use: what it gives is "
        "no LR that anything uses.",
        "scheduler.get_last_lr(), or optimizer.param_groups[0]['lr'] right before optimizer.step()",
        _LINEAR,
        "linear_lr/ramp_value",
    ),
)


def meaning_of(error: BaseException) -> tuple[BaseException, Pitfall] | None:
    """The known pitfall that an exception comes from, and the exception that tells of it.

    That is the exception itself or one that led to it; ``None`` where no pitfall is known.
    """
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        for pitfall in _ERRORS:
            if _is(pitfall, cause):
                return cause, pitfall
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return None


def meaning_of_warning(text: str) -> Pitfall | None:
    """The pitfall that a warning's text tells of; ``None`` where it is not known as one."""
    return next((each for each in _WARNINGS if re.search(each.says, text)), None)


def _is(pitfall: Pitfall, error: BaseException) -> bool:
    if not isinstance(error, pitfall.kind) or not re.search(pitfall.says, str(error)):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    torchs = [frame for frame in frames if _file(frame).endswith(pitfall.file)]
    if not torchs or (frames[-1] is not torchs[-1]) != pitfall.in_factor:
        return False
    owners = [type(frame.f_locals["self"]) for frame in torchs if "self" in frame.f_locals]
    return not pitfall.scheduler or (bool(owners) and owners[-1].__name__ == pitfall.scheduler)


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename.replace("\\", "/")
