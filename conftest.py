"""Doctests are read only where the library that a module needs is installed."""

from importlib.util import find_spec

LIBRARIES = {
    "grading/nbgrader_execute": ("nbgrader",),
    "grading/nbgrader_quiz": ("nbgrader",),
    "integrations/ignite": ("ignite",),
    "integrations/lightning": ("lightning", "pytorch_lightning"),
    "integrations/transformers": ("transformers",),
}

collect_ignore = [
    f"warmup_lib/{module}.py"
    for module, libraries in LIBRARIES.items()
    if not any(map(find_spec, libraries))
]
