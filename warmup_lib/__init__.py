"""Learning-rate warmup in PyTorch: schedules, schedulers, a tracer and a course."""
