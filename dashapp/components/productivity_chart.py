"""Calls over time, stacked by direction, with the window before as dashes. Plain dicts: the browser adds
the theme (``token:…`` stands for a colour of the css)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from models.rules.tally import Tally
from models.rules.windows import Window, day_date

SERIES = (("outbound", "Outbound"), ("campaign", "Campaign"), ("inbound", "Inbound"))
BY_WEEK_FROM = 63
FEW = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One place on the axis, at the local time it begins; ``day`` is set where it is a whole local day,
    which can be opened."""

    at: datetime
    counts: Mapping[str, int]
    before: int
    day: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Bars:
    """All bars, how wide one is, and how the axis and the hover name it (d3's words for times)."""

    bars: Sequence[Bar]
    wide: timedelta
    axis: str
    hover: str


def by_day(window: Window, days: Mapping[int, Tally]) -> Bars:
    """A bar a day; from nine weeks on, a bar a week."""
    if window.days >= BY_WEEK_FROM:
        return Bars(_weeks(window, days), timedelta(days=7), "%-d %b", "Week from %-d %B")
    bars = [
        Bar(
            at=_midnight(number),
            counts=_counts(days.get(number)),
            before=sum(_counts(days.get(number - window.days)).values()),
            day=day_date(number).isoformat(),
        )
        for number in range(window.first, window.last + 1)
    ]
    axis = "%a %-d" if window.days <= FEW else "%-d %b"
    return Bars(bars, timedelta(days=1), axis, "%A %-d %B")


def by_hour(now: Mapping[tuple[int, str], int], before: Mapping[tuple[int, str], int], day: int) -> Bars:
    """A bar an hour, from the first to the last in which anybody called."""
    hours = {hour for hour, _ in (*now, *before)} or {9, 18}
    bars = [
        Bar(
            at=_midnight(day) + timedelta(hours=hour),
            counts={series: now.get((hour, series), 0) for series, _ in SERIES},
            before=sum(before.get((hour, series), 0) for series, _ in SERIES),
        )
        for hour in range(min(hours), max(hours) + 1)
    ]
    return Bars(bars, timedelta(hours=1), "%H", "%H:00 to %H:59")


def chart(drawn: Bars) -> dict[str, Any]:
    """Traces and layout for ``dcc.Graph``, without a template."""
    bars, wide = drawn.bars, drawn.wide
    at = [bar.at.isoformat() for bar in bars]
    top = max([bar.total for bar in bars] + [bar.before for bar in bars] + [4])
    opened = [[bar.day] for bar in bars]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": label,
            "x": at,
            "y": [bar.counts[series] for bar in bars],
            "customdata": opened,
            "meta": series,
            "hovertemplate": "%{y:,}",
        }
        for series, label in SERIES
    ]
    traces.append(
        {
            "type": "scatter",
            "mode": "text",
            "x": at,
            "y": [_label_height(bar, top) for bar in bars],
            "text": [f"{bar.total:,}" if bar.total and len(bars) <= 31 else "" for bar in bars],
            "textposition": "top center",
            "textfont": {"color": "token:ink-2"},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    )
    traces += [
        _hover_only("All", at, [bar.total for bar in bars]),
        _hover_only("Before", at, [bar.before for bar in bars]),
    ]
    half = wide * 0.34
    dashes = [
        {
            "type": "line",
            "x0": (bar.at - half).isoformat(),
            "x1": (bar.at + half).isoformat(),
            "y0": bar.before,
            "y1": bar.before,
            "line": {"width": 1.5, "dash": "2px,3px", "color": "token:ink-2"},
        }
        for bar in bars
        if bar.before
    ]
    step = max(1, -(-len(bars) // 16))
    layout = {
        "barmode": "stack",
        "shapes": dashes,
        "xaxis": {
            "type": "date",
            "tickvals": at[::step],
            "tickformat": drawn.axis,
            "hoverformat": drawn.hover,
            "range": [(bars[0].at - wide * 0.6).isoformat(), (bars[-1].at + wide * 0.6).isoformat()],
            "fixedrange": True,
            "showspikes": False,
        },
        "yaxis": {"fixedrange": True, "tickformat": ",d", "range": [0, top * 1.14], "nticks": 5},
        "hovermode": "x unified",
    }
    return {"data": traces, "layout": layout}


def _hover_only(name: str, at: Sequence[str], values: Sequence[int]) -> dict[str, Any]:
    """A line in the hover box and nothing on the chart."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": at,
        "y": values,
        "marker": {"color": "transparent", "line": {"width": 0}},
        "hovertemplate": "%{y:,}",
    }


def _label_height(bar: Bar, top: int) -> int:
    """A dash that stands just above the bar would strike its figure through: then the figure goes above both."""
    close = -0.02 * top < bar.before - bar.total < 0.09 * top
    return max(bar.total, bar.before) if close else bar.total


def _weeks(window: Window, days: Mapping[int, Tally]) -> list[Bar]:
    bars = []
    for first in range(window.first, window.last + 1, 7):
        counts = dict.fromkeys((series for series, _ in SERIES), 0)
        before = 0
        for number in range(first, min(first + 7, window.last + 1)):
            for series, count in _counts(days.get(number)).items():
                counts[series] += count
            before += sum(_counts(days.get(number - window.days)).values())
        bars.append(Bar(_midnight(first), counts, before))
    return bars


def _midnight(number: int) -> datetime:
    """Local, and without a zone on purpose: plotly would move an aware time to the browser's."""
    return datetime.combine(day_date(number), time())


def _counts(tally: Tally | None) -> dict[str, int]:
    return {series: getattr(tally, series) if tally else 0 for series, _ in SERIES}
