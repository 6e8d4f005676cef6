"""Pictures: what they say in words, and what they are made of."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from warmup_lib.plot import Picture, can_be_drawn, plot_lrs, plot_runs
from warmup_lib.schedules import linear_warmup
from warmup_lib.training import Run

RAMP = [0.1 * linear_warmup(5)(t) for t in range(8)]


def run(losses: list[float], *, diverged: bool = False) -> Run:
    return Run(tuple(losses), tuple(0.1 for _ in losses), accuracy=0.5, diverged=diverged)


def test_twin_and_alt_text_say_first_peak_and_last() -> None:
    picture = plot_lrs({"ramp": RAMP}, title="A ramp")
    said = "LR 0.02 at update 0, peak 0.1 first at update 4, 0.1 at update 7, the last"
    assert picture.text == f"A ramp\nramp: {said}"
    assert picture.alt == f"Line chart. A ramp. ramp: {said}."


def test_peak_is_found_up_to_rounding_error() -> None:
    picture = plot_lrs({"drifting": [0.01, 0.1 - 1e-15, 0.1]}, title="Drift")
    assert "peak 0.1 first at update 1" in picture.text


def test_a_constant_and_a_single_lr_are_said_plainly() -> None:
    picture = plot_lrs({"hold": [0.1, 0.1, 0.1], "one": [0.2]}, title="Two", xlabel="epoch")
    assert "hold: LR 0.1 at epoch 0 and at every epoch to 2" in picture.text
    assert "one: LR 0.2 at epoch 0, the only one" in picture.text


def test_runs_say_loss_and_lr() -> None:
    picture = plot_runs({"fine": run([2.0, 3.0, 0.5])}, title="A run")
    assert "loss 2 at update 0, highest 3 at update 1, 0.5 at update 2, the last" in picture.text
    assert "LR 0.1 at update 0 and at every update to 2" in picture.text


@pytest.mark.parametrize("end", [math.nan, math.inf])
def test_a_diverged_run_is_drawn_and_said(end: float) -> None:
    runs = {"wild": run([2.0, 1e20, end], diverged=True), "tame": run([2.0, 1.0, 0.5])}
    picture = plot_runs(runs, title="Two runs")
    assert f"highest 1e+20 at update 1, diverged: {end} at update 2" in picture.text
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("losses", [[math.nan], [0.0, 0.0], [1.0]])
def test_runs_without_a_scale_are_drawn(losses: list[float]) -> None:
    diverged = not math.isfinite(losses[-1])
    assert plot_runs({"odd": run(losses, diverged=diverged)}, title="Odd").png


def test_zero_and_negative_lrs_are_drawn() -> None:
    picture = plot_lrs({"zero": [0.0, 0.0], "one too many": [0.1, 0.0, -0.02]}, title="Low")
    assert "-0.02 at update 2, the last" in picture.text


@pytest.mark.parametrize("lrs", [[1e300, -1e300], [-1e300], [5e-324], [1e300, 5e-324]])
def test_what_can_be_drawn_is_drawn(lrs: list[float]) -> None:
    assert can_be_drawn(lrs)
    assert plot_lrs({"far": lrs, "near": [0.1]}, title="Far out").png


@pytest.mark.parametrize("lr", [1e308, -1e308, 10**400], ids=["up", "down", "whole"])
def test_what_is_too_large_for_an_axis_is_refused(lr: float) -> None:
    assert not can_be_drawn([0.1, lr])
    with pytest.raises(ValueError, match=r"'far' must .* within ±1e\+300.* got .* at 1; leave"):
        plot_lrs({"near": [0.1], "far": [0.1, lr]}, title="Too far")


def test_nothing_and_what_is_no_number_cannot_be_drawn() -> None:
    assert not any(map(can_be_drawn, ([], [math.nan], [0.1, -math.inf])))


def test_png_is_the_same_bytes_again_and_names_no_software() -> None:
    first, again = (plot_lrs({"ramp": RAMP}, title="A ramp") for _ in range(2))
    assert first == again
    assert b"Software" not in first.png


def test_notebook_gets_escaped_html_and_the_twin() -> None:
    bundle = plot_lrs({'<b>"x"</b>': RAMP}, title="1 < 2 & 3")._repr_mimebundle_()
    html = bundle["text/html"]
    assert html.startswith("<figure><img alt=")
    assert html.endswith("</figure>")
    assert "<b>" not in html
    assert "1 &lt; 2 &amp; 3" in html
    assert 'src="data:image/png;base64,iVBOR' in html
    assert bundle["text/plain"].startswith("1 < 2 & 3\n")


def test_save_writes_the_png(tmp_path: Path) -> None:
    Picture(b"bytes", alt="alt", text="text").save(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes() == b"bytes"


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="curves must hold 1 to 6 entries, got 0"):
        plot_lrs({}, title="None")
    with pytest.raises(ValueError, match="runs must hold 1 to 6 entries, got 7"):
        plot_runs({str(n): run([1.0]) for n in range(7)}, title="Crowd")
    with pytest.raises(ValueError, match="'empty' must have at least one update"):
        plot_lrs({"empty": []}, title="Empty")
    with pytest.raises(ValueError, match=r"'bad' must hold finite learning rates.* got nan at 1"):
        plot_lrs({"bad": [0.1, math.nan]}, title="Bad")


def test_importing_is_cheap_and_drawing_leaves_pyplot_alone() -> None:
    program = """
import sys
from warmup_lib.plot import plot_lrs
assert not {"matplotlib", "torch"} & set(sys.modules)
plot_lrs({"ramp": [0.1, 0.2]}, title="A ramp")
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
