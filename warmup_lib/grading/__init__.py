"""Grading a class: intake → sandbox → judge → gradebook.

What a student handed in is rebuilt from the released notebook (:mod:`intake`), run where
it can reach nothing (:mod:`sandbox`, :mod:`worker`), and only plain data comes back
(:mod:`replies`), which is judged here, where the keys are (:mod:`marking`). Each result is
first written as a record (:mod:`records`), and from that into nbgrader's gradebook.
"""
