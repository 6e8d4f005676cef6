r"""The warmups of other libraries, each composed of :mod:`warmup_lib.schedules`.

None of those libraries is imported: these are their formulas, a file for each library.
``docs/recipes.md`` has them in one table, and ``tests/test_peers.py`` runs the libraries
that are installed and compares the learning rate of every update. Each recipe takes that
library's own counts and returns the factor that update t uses, where the schedule is
stepped once after each update. Two recipes with the same numbers are, more often than not,
two schedules:

>>> for recipe in (transformers_cosine(5, 10), timm_cosine(5, 10), keras_cosine(5, 10)):
...     print([round(0.1 * recipe(t), 3) for t in (0, 4, 5, 6, 9)])
[0.0, 0.08, 0.1, 0.09, 0.01]
[0.0, 0.08, 0.05, 0.035, 0.002]
[0.0, 0.08, 0.1, 0.098, 0.065]
"""

from __future__ import annotations

from warmup_lib.recipes.ignite import (
    ignite_warmup,
)
from warmup_lib.recipes.others import (
    bolts_cosine,
    deepspeed_linear,
    deepspeed_log,
    fairseq_inverse_sqrt,
    keras_cosine,
    noam_lr,
    optax_cosine,
    torchvision_classification,
    torchvision_detection,
)
from warmup_lib.recipes.parts import (
    ahead,
    cosine_wave,
    dampened,
    one_minus_sqrt_decay,
    rising,
)
from warmup_lib.recipes.pytorch import (
    torch_one_cycle,
    torch_one_cycle_linear,
)
from warmup_lib.recipes.pytorch_warmup import (
    pytorch_warmup_exponential,
    pytorch_warmup_linear,
    pytorch_warmup_radam,
    pytorch_warmup_untuned_exponential,
    pytorch_warmup_untuned_linear,
)
from warmup_lib.recipes.timm import (
    timm_cosine,
    timm_cosine_prefix,
    timm_multistep,
    timm_poly,
    timm_step,
    timm_tanh,
    timm_wsd,
)
from warmup_lib.recipes.transformers import (
    transformers_constant,
    transformers_cosine,
    transformers_cosine_warmup_with_min_lr,
    transformers_cosine_with_restarts,
    transformers_inverse_sqrt,
    transformers_linear,
    transformers_polynomial,
    transformers_wsd,
)
from warmup_lib.recipes.warmup_scheduler import (
    gradual_warmup,
    gradual_warmup_cosine,
    gradual_warmup_late,
)

__all__ = [
    "ahead",
    "bolts_cosine",
    "cosine_wave",
    "dampened",
    "deepspeed_linear",
    "deepspeed_log",
    "fairseq_inverse_sqrt",
    "gradual_warmup",
    "gradual_warmup_cosine",
    "gradual_warmup_late",
    "ignite_warmup",
    "keras_cosine",
    "noam_lr",
    "one_minus_sqrt_decay",
    "optax_cosine",
    "pytorch_warmup_exponential",
    "pytorch_warmup_linear",
    "pytorch_warmup_radam",
    "pytorch_warmup_untuned_exponential",
    "pytorch_warmup_untuned_linear",
    "rising",
    "timm_cosine",
    "timm_cosine_prefix",
    "timm_multistep",
    "timm_poly",
    "timm_step",
    "timm_tanh",
    "timm_wsd",
    "torch_one_cycle",
    "torch_one_cycle_linear",
    "torchvision_classification",
    "torchvision_detection",
    "transformers_constant",
    "transformers_cosine",
    "transformers_cosine_warmup_with_min_lr",
    "transformers_cosine_with_restarts",
    "transformers_inverse_sqrt",
    "transformers_linear",
    "transformers_polynomial",
    "transformers_wsd",
]
