"""Exercises that one question asks for, a file each; the common ones are in ``quiz``.

They go to where a student's code runs, pickled, and must bring no answer along: none of
them lives in a question's file, and none holds a function that cannot be pickled.
"""
