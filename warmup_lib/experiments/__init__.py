"""Experiments that the lessons run, one concept a file.

Each function takes a seed and returns plain frozen results. What takes many seeds
is computed by ``python -m warmup_lib.experiments`` into ``tables.json``, which
:func:`warmup_lib.experiments.tables.load` reads.
"""
