"""Honest work: no guard may cost it a point."""

from hostile.making import UNTOUCHED, Group, Notebook, World, half, in_function, right, wrong

cases = Group("baselines")


@cases("right")
def all_right(_: World) -> Notebook:
    return right()


@cases("untouched", "still the code that you got")
def released_version_handed_in_untouched(_: World) -> Notebook:
    return Notebook(UNTOUCHED)


@cases("wrong")
def all_wrong(_: World) -> Notebook:
    return wrong()


@cases("half")
def every_second_answer_wrong(_: World) -> Notebook:
    return half()


@cases("right")
def function_that_warns(_: World) -> Notebook:
    """As torch's scheduler does when the step order is off."""
    body = "import warnings\nwarnings.warn('lr_scheduler.step() before optimizer.step()')"
    return right(ramp_from_zero=in_function(body))


@cases("right")
def function_that_prints_and_logs(_: World) -> Notebook:
    body = "import logging, sys\nprint('debug', update)\nprint(update, file=sys.stderr)\n"
    return right(ramp_from_zero=in_function(body + "logging.warning('update %d', update)"))


@cases("right")
def function_that_looks_the_numbers_up(_: World) -> Notebook:
    """What gives the right numbers is right, however it comes by them."""
    table = "def ramp_from_zero(update):\n    return [0, 0.2, 0.4, 0.6, 0.8, *[1.0] * 100][update]"
    return right(ramp_from_zero=table)


@cases("right")
def helpers_in_cells_of_their_own(_: World) -> Notebook:
    nb = right(ramp_from_zero="def ramp_from_zero(update):\n    return share_of(update, 5)")
    return nb.first("def share_of(update, n):\n    return min(update / n, 1.0)")


@cases("right")
def torch_is_used_in_cells(_: World) -> Notebook:
    return right().first(
        """
        import torch
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(7)
        model = torch.nn.Linear(64, 64)
        for _ in range(3):
            model(torch.ones(64, 64)).sum().backward()
        """
    )


@cases("right")
def numbers_of_other_types(_: World) -> Notebook:
    return right(
        first_print="import torch\nfirst_print = torch.tensor([0.08])",
        missing_cap="from fractions import Fraction\nmissing_cap = Fraction(3, 5)",
        used_by_updates="import numpy\nused_by_updates = numpy.array([0.1, 0.2, 0.3, 0.3, 0.3])",
    )


@cases("right", "cell first_print ends in an error")
def error_after_the_answer(_: World) -> Notebook:
    return right(first_print="first_print = 0.08\nfirst_prnt")
