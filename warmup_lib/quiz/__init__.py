"""Questions and how they are judged, without torch.

A question's *answer* is exercised by its probe, which gives an
:class:`~warmup_lib.quiz.observation.Observation`; :func:`~warmup_lib.quiz.judge.judge`
compares that with the :class:`~warmup_lib.quiz.key.Key`, which comes from running
the reference and every misconception, and gives
:class:`~warmup_lib.quiz.feedback.Feedback`.
"""
