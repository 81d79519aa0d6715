"""``docs/metrics.md``, written from the catalogue: ``python -m tests.house.glossary``."""

from dashapp.components.numbers import BETTER, UNITS
from dashapp.config import Settings
from models.rules.metrics import CATALOGUE, formula
from tests.house.code import ROOT

PATH = ROOT / "docs/metrics.md"

HEAD = """# Metrics

Every number on a screen or in a file, by the id that files carry. The formula is the one behind the (i) of the screen, with
the default settings. A call belongs to the day it started, in the institution's zone. What has nothing to count is "–", never
0 %. This page is written from `models/rules/metrics.py` by `python -m tests.house.glossary`.

| id | name | formula | unit | better |
|---|---|---|---|---|
"""


def glossary() -> str:
    figures = {name: Settings.model_fields[name].default for name in ("human_seconds", "sla_minutes")}
    rows = [
        f"| `{one.id}` | {one.label} | {formula(one.id, **figures)} | "
        f"{UNITS[one.unit]} | {BETTER[one.better]} |"
        for one in CATALOGUE.values()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PATH.write_text(glossary(), "utf-8")
