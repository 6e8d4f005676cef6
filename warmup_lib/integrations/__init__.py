"""The tracer as a callback or handler of the training frameworks that people use.

:mod:`~warmup_lib.integrations.lightning`, :mod:`~warmup_lib.integrations.transformers` and
:mod:`~warmup_lib.integrations.ignite` each need the library of that name.
"""
