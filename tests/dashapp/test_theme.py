"""The colours: one set of values for css and plotly, and enough contrast to read them by."""

import re
from dataclasses import asdict
from itertools import product

import pytest

from dashapp import theme
from tests.house.code import ROOT

PALETTES = {"light": theme.LIGHT, "dark": theme.DARK}
TEXT = (
    *product(("ink", "ink-2", "ink-3"), ("canvas", "surface", "sunken")),
    *((name, f"{name}-soft") for name in ("connected", "missed", "pending", "ringing", "unknown")),
    ("accent-ink", "surface"),
    ("accent-ink", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-h"),
    ("on-missed", "missed-solid"),
    ("missed", "surface"),
    ("connected", "surface"),
)
EDGES = (
    ("line-2", "surface"),
    ("accent", "surface"),
    ("missed-solid", "surface"),
    ("ringing-solid", "surface"),
)


def tokens(name: str) -> dict[str, str]:
    css = (ROOT / "assets/css/tokens.css").read_text("utf-8")
    block = re.search(rf'\[data-bs-theme="{name}"\] \{{(.*?)\n\}}', css, re.DOTALL)
    assert block
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6});", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", PALETTES)
def test_plotly_has_the_colours_of_the_css(name: str) -> None:
    known = tokens(name)
    for field, value in asdict(PALETTES[name]).items():
        assert known[field.replace("_", "-")] == value, field


@pytest.mark.parametrize("name", PALETTES)
def test_text_can_be_read(name: str) -> None:
    known = tokens(name)
    weak = {(text, ground): contrast(known[text], known[ground]) for text, ground in TEXT}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 4.5}
    faint = {(edge, ground): contrast(known[edge], known[ground]) for edge, ground in EDGES}
    assert not {pair: ratio for pair, ratio in faint.items() if ratio < 3}


def test_both_themes_name_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_the_templates_are_registered() -> None:
    import plotly.io as pio

    for name in (theme.LIGHT_TEMPLATE, theme.DARK_TEMPLATE):
        assert pio.templates[name].layout.paper_bgcolor == theme.TRANSPARENT
