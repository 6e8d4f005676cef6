"""Imports that would take longer than what they are for."""

from __future__ import annotations

import sys


def import_jsonschema() -> None:
    """Import jsonschema, with which nbformat checks notebooks, without its check of IRIs.

    Where rfc3987-syntax is installed, as it is beside JupyterLab, jsonschema would compile that
    package's grammar as it is imported, which takes about as long as importing torch. No schema
    of a notebook asks for an IRI. It is for a program, such as a command, not for a kernel, of
    which a learner may want anything.
    """
    name = "rfc3987_syntax"
    if "jsonschema" in sys.modules or name in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules[name]
