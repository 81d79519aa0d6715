"""Metrics as people read them: counts with commas, shares in percent, times in hours and minutes."""

from typing import Literal, NamedTuple

from dashapp.components.words import NO_DATA, duration
from models.rules.metrics import CATALOGUE, Better, Unit

FEW = 30  # below, a percentage of a count says less than the count
TIMES_FROM = 400  # percent; beyond, people think in multiples
Tone = Literal["better", "worse", "neither"]

UNITS = {Unit.COUNT: "count", Unit.SHARE: "%", Unit.SECONDS: "time", Unit.MINUTES: "minutes"}
BETTER = {Better.UP: "more", Better.DOWN: "less", Better.NEITHER: "–"}
"""The words of the glossary, on its page and in ``docs/metrics.md``."""


class Shown(NamedTuple):
    """A figure and, smaller, its unit."""

    figure: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.figure} {self.unit}".rstrip()


class Moved(NamedTuple):
    """How a number changed: the words, whether up, and ``better``, ``worse`` or ``neither``."""

    words: str
    up: bool
    tone: Tone


def shown(metric_id: str, value: float | None) -> Shown:
    """``5,683``, ``38.3 %``, ``107h 03m``, or a dash when there is no data."""
    if value is None:
        return Shown(NO_DATA)
    unit = CATALOGUE[metric_id].unit
    if unit is Unit.SHARE:
        return Shown(f"{value * 100:.1f}", "%")
    if unit is Unit.SECONDS:
        return Shown(duration(round(value)))
    return Shown(f"{value:,.0f}")


def moved(metric_id: str, value: float | None, before: float | None) -> Moved | None:
    """The change against the window before; None where there is nothing to compare."""
    metric = CATALOGUE[metric_id]
    if value is None or before is None:
        return None
    step = value - before
    if metric.unit is Unit.SHARE:
        size = round(abs(step) * 100, 1)
        amount = f"{size} points"
    elif metric.unit is Unit.COUNT and before < FEW:
        size = abs(step)
        amount = f"{size:,.0f} {'more' if step > 0 else 'fewer'}"
    elif before:
        size = round(abs(step) / before * 100, 1)
        amount = f"{size} %" if size < TIMES_FROM else f"{value / before:,.0f} times"
    else:
        return None
    if not size:
        return Moved("no change", False, "neither")
    up = step > 0
    tone: Tone = "neither"
    if metric.better is not Better.NEITHER:
        tone = "better" if up == (metric.better is Better.UP) else "worse"
    return Moved(amount, up, tone)
