"""A line without axes beside a figure: its shape is a css mask, so it takes the theme's colour by itself."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

WIDTH, HEIGHT, INSET = 84, 28, 4


def spark(values: Sequence[float | None], words: str = "") -> Component | None:
    """A sparkline with a dot at its end; None where fewer than two values are known. ``words`` is what
    screen readers hear."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    low, high = min(value for _, value in known), max(value for _, value in known)
    across = (WIDTH - 2 * INSET) / (len(values) - 1)
    down = (HEIGHT - 2 * INSET) / (high - low) if high > low else 0
    middle = HEIGHT / 2
    points = [
        (INSET + place * across, HEIGHT - INSET - (value - low) * down if down else middle)
        for place, value in known
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline points="{line}" fill="none" stroke="black" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    )
    mask = f'url("data:image/svg+xml,{quote(drawn)}")'
    said = {"role": "img", "aria-label": words} if words else {"aria-hidden": "true"}
    return html.Span(className="spark is-line", style={"maskImage": mask, "WebkitMaskImage": mask}, **said)
