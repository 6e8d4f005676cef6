"""Learning-rate warmup in PyTorch: schedules, schedulers, a tracer and a course.

In a notebook of the course: ``from warmup_lib import ask, check, hint, solution``.
The rest is imported from its own module, such as :mod:`warmup_lib.schedules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warmup_lib.learn import ask, check, hint, solution

__all__ = ["ask", "check", "hint", "solution"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from warmup_lib import learn

        return getattr(learn, name)
    raise AttributeError(f"module 'warmup_lib' has no attribute {name!r}")
