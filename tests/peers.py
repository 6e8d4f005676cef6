"""The libraries that tests compare with, which are not installed for the course."""

from __future__ import annotations

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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ModuleNotFoundError:
        package = PACKAGES.get(module, module)
        reason = f'{package} is not installed: pip install "warmup-lib[peers]" has it'
        if os.environ.get("WARMUP_REQUIRE_PEERS") == "1":
            pytest.fail(f"{reason}, and WARMUP_REQUIRE_PEERS asks for it", pytrace=False)
        pytest.skip(reason, allow_module_level=True)
