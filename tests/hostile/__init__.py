"""Submissions that are broken or mean harm, each with the score that it deserves.

A case is a small function that hands something in; its docstring says what. They are graded
in one batch, with good neighbours between them, by ``test_the_class.py``.
"""
