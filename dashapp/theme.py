"""Colours for what css cannot reach: plotly's two templates. Values are those of ``assets/css/tokens.css``.

A test holds the two together. ``LIGHT_TEMPLATE`` and ``DARK_TEMPLATE`` are registered with plotly under their
names; figures name one, and the browser swaps it when the theme is switched.
"""

from dataclasses import dataclass

import plotly.graph_objects as go
import plotly.io as pio

LIGHT_TEMPLATE = "callboard-light"
DARK_TEMPLATE = "callboard-dark"

FONT = "'Inter Variable', system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours, by the name of the css token without its dashes."""

    canvas: str
    surface: str
    ink: str
    ink_2: str
    ink_3: str
    line: str
    chart_1: str
    chart_2: str
    chart_3: str
    chart_grid: str
    connected_solid: str
    missed_solid: str
    pending_solid: str
    ringing_solid: str
    unknown_solid: str

    @property
    def series(self) -> tuple[str, str, str]:
        """Outbound, Campaign, Inbound, in every chart; a fourth series means small multiples."""
        return (self.chart_1, self.chart_2, self.chart_3)


LIGHT = Palette(
    canvas="#F6F6F8",
    surface="#FFFFFF",
    ink="#16161D",
    ink_2="#464653",
    ink_3="#656573",
    line="#E5E5EC",
    chart_1="#5448D6",
    chart_2="#8D84EA",
    chart_3="#B4B4C1",
    chart_grid="#ECECF1",
    connected_solid="#15803D",
    missed_solid="#C7342B",
    pending_solid="#D98A0B",
    ringing_solid="#1A73D1",
    unknown_solid="#8E8E9B",
)

DARK = Palette(
    canvas="#0E0E12",
    surface="#16161B",
    ink="#EEEEF3",
    ink_2="#BDBDC9",
    ink_3="#9696A5",
    line="#282831",
    chart_1="#7C71F2",
    chart_2="#5850AE",
    chart_3="#5C5C6A",
    chart_grid="#24242C",
    connected_solid="#2E9E5B",
    missed_solid="#CF4238",
    pending_solid="#D9962A",
    ringing_solid="#3D8FE8",
    unknown_solid="#7C7C8A",
)

TRANSPARENT = "rgba(0,0,0,0)"


def template(palette: Palette) -> go.layout.Template:
    """Transparent ground, horizontal grid only, no axis lines, no mode bar's title, rounded bars."""
    axis = {
        "showline": False,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "tickfont": {"size": 11, "color": palette.ink_3},
        "title": {"font": {"size": 11, "color": palette.ink_3}},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": TRANSPARENT,
            "plot_bgcolor": TRANSPARENT,
            "font": {"family": FONT, "size": 11, "color": palette.ink_3},
            "colorway": palette.series,
            "hoverlabel": {
                "bgcolor": palette.ink,
                "bordercolor": palette.ink,
                "font": {"family": FONT, "size": 12, "color": palette.canvas},
            },
            "margin": {"l": 40, "r": 0, "t": 8, "b": 28},
            "bargap": 0.5,
            "barcornerradius": 2,
            "showlegend": False,
            "hovermode": "x unified",
            "xaxis": {**axis, "showgrid": False},
            "yaxis": {
                **axis,
                "showgrid": True,
                "gridcolor": palette.chart_grid,
                "rangemode": "tozero",
                "nticks": 5,
            },
            "colorscale": {"sequential": [[0.0, palette.surface], [1.0, palette.chart_1]]},
        },
        data={
            "bar": [{"marker": {"line": {"width": 1.5, "color": palette.surface}}}],
            "scatter": [{"line": {"width": 1.5}, "marker": {"size": 5}}],
        },
    )


pio.templates[LIGHT_TEMPLATE] = template(LIGHT)
pio.templates[DARK_TEMPLATE] = template(DARK)
