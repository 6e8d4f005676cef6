"""The libraries that tests compare with, which are not installed for the course."""

from __future__ import annotations

import contextlib
import importlib
import os
import warnings
from typing import Any

import pytest

# Those whose packages have another name.
PACKAGES = {"ignite": "pytorch-ignite"}


def needs(module: str) -> Any:
    """The module; without it the tests of the file that asks are skipped.

    They fail instead where ``WARMUP_REQUIRE_PEERS=1`` is set.
    """
    with contextlib.suppress(ModuleNotFoundError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(module)
    library = module.partition(".")[0]
    reason = f'{PACKAGES.get(library, library)} is missing: pip install "warmup-lib[peers]" has it'
    if os.environ.get("WARMUP_REQUIRE_PEERS") == "1":
        pytest.fail(f"{reason}, and WARMUP_REQUIRE_PEERS asks for it", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
