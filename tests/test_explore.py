"""The explorer: settings in, schedule, figure, table and twin out."""

from __future__ import annotations

from typing import Any

import pytest

from warmup_lib.explore import AFTERS, SHAPES, explore
from warmup_lib.schedules import cosine_decay, join, linear_warmup_from


def test_it_shows_the_schedule_that_its_settings_name() -> None:
    meant = join(linear_warmup_from(0.1, 10), cosine_decay(50), at=10)
    assert explore().settings.lrs() == [0.1 * meant(t) for t in range(60)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("after", AFTERS)
@pytest.mark.parametrize("warmup", [0, 1, 7, 30])
def test_every_setting_that_the_sliders_allow_can_be_drawn(
    shape: str, after: str, warmup: int
) -> None:
    explorer = explore(shape=shape, after=after, warmup=warmup, start=0.0, updates=20)
    lrs = explorer.settings.lrs()
    assert len(lrs) == 20
    assert all(0 <= lr <= 0.1 + 1e-12 for lr in lrs)
    assert "alt=" in explorer.html()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("after", AFTERS)
def test_the_hand_over_does_not_fall(shape: str, after: str) -> None:
    lrs = explore(shape=shape, after=after, warmup=20, updates=60).settings.lrs()
    assert lrs[20] >= lrs[19]


def test_moving_a_slider_moves_curve_and_table() -> None:
    explorer = explore(warmup=10)
    box = explorer.widget()
    view = box.children[-1]
    before = view.value
    warmup = next(c for c in box.children if getattr(c, "description", "") == "warmup (updates)")
    warmup.value = 20
    assert explorer.settings.warmup == 20
    assert view.value != before
    assert "peak 0.1 first at update 20" in view.value
    assert "<td>20</td><td>1</td><td>0.1</td>" in view.value


@pytest.mark.parametrize("base_lr", [0.3, 0.0123, 1.0])
def test_the_base_lr_slider_holds_the_value_that_it_was_given(base_lr: float) -> None:
    box = explore(base_lr=base_lr).widget()
    slider = next(c for c in box.children if getattr(c, "description", "") == "base LR")
    assert slider.value == base_lr
    slider.value = 0.5
    assert "peak 0.5 first at update 10" in box.children[-1].value


def test_the_start_slider_rests_while_the_shape_has_its_own_start() -> None:
    box = explore(shape="linear").widget()
    controls = {getattr(c, "description", ""): c for c in box.children}
    controls["shape of the warmup"].value = "exponential"
    assert controls["start factor"].disabled
    controls["shape of the warmup"].value = "linear"
    assert not controls["start factor"].disabled


def test_without_a_kernel_there_are_the_figure_and_its_twin() -> None:
    bundle: dict[str, Any] = explore(warmup=3, updates=6)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert '<img alt="Line chart. A linear warmup over 3 updates' in bundle["text/html"]
    assert "first at update 3" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("wrong", "helps"),
    [
        ({"base_lr": 0}, "base_lr must be a finite number above 0"),
        ({"base_lr": 7}, "base_lr must be 0.0001 to 1, got 7"),
        ({"warmup": -1}, "warmup must be at least 0"),
        ({"start": 1.5}, "start must be 0 to 1"),
        ({"shape": "wavy"}, "shape must be one of linear, constant, exponential, got 'wavy'"),
        ({"after": "nothing"}, "after must be one of hold, cosine"),
        ({"updates": 1}, "updates must be 2 to 500"),
    ],
)
def test_a_wrong_setting_names_itself_and_the_range(wrong: dict[str, Any], helps: str) -> None:
    with pytest.raises(ValueError, match=helps):
        explore(**wrong)
