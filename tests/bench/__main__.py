"""``make bench``: measure, print the table, and put it into docs/performance.md."""

import sys

from tests.bench import ingest, lookups, machine, report, routing, screens

PARTS = {"ingest": ingest.rows, "lookups": lookups.rows, "screens": screens.rows, "routing": routing.rows}


def main() -> None:
    """All parts, or only those named; only a whole run is written into the page."""
    asked = sys.argv[1:] or list(PARTS)
    before = machine.load()
    rows = [row for name in asked for row in PARTS[name]()]
    text = report.table(rows, ingest.conditions(), f"{before:.1f} to {machine.load():.1f}")
    print(text)
    if asked == list(PARTS):
        report.write(text)


if __name__ == "__main__":
    main()
