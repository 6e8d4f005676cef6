"""Doctests are read only where the library that a module integrates is installed."""

from importlib.util import find_spec

LIBRARIES = {
    "ignite": ("ignite",),
    "lightning": ("lightning", "pytorch_lightning"),
    "transformers": ("transformers",),
}

collect_ignore = [
    f"warmup_lib/integrations/{module}.py"
    for module, libraries in LIBRARIES.items()
    if not any(map(find_spec, libraries))
]
