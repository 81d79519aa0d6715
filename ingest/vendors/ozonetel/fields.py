"""Ozonetel's fields under one spelling: JSON inside a form field, nested events, and names in any case.

``monitorUCID``, ``monitor_ucid`` and ``data[monitor_ucid]`` are all ``monitorucid`` here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ingest.bodies import form_pairs, read
from ingest.contract import ConnectionInfo, Delivery
from ingest.readings import Reading, moment

_INNER = re.compile(r"data\[([^\[\]]+)\]")
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Told(Reading):
    """A ``Reading`` whose names are spelled one way; what is counted or kept carries the vendor's spelling."""

    def __init__(self, fields: Mapping[str, str], connection: ConnectionInfo) -> None:
        self.spelled: dict[str, str] = {}
        folded: dict[str, str] = {}
        # An event repeats some fields of its envelope, and knows them better.
        for name in sorted(fields, key=lambda name: bool(_INNER.fullmatch(name))):
            key = _folded(name)
            if fields[name] or key not in folded:
                folded[key] = fields[name]
                self.spelled[key] = name
        super().__init__(folded, connection)

    def puzzled(self, name: str, text: str) -> None:
        super().puzzled(self.spelled.get(name, name), text)

    def rest(self, read: Iterable[str]) -> dict[str, str]:
        return {self.spelled.get(name, name)[:60]: text for name, text in super().rest(read).items()}

    def on_the_day(self, name: str, after: datetime | None = None) -> datetime | None:
        """A moment told whole, or as a time of the day ``CallDate``; one before ``after`` is of the next day."""
        text, day = self.text(name), self.text("calldate")
        if text is None or day is None or not (_CLOCK.fullmatch(text) and _DAY.fullmatch(day)):
            return self.moment(name)
        try:
            found = moment(f"{day} {text}", self.zone)
        except ValueError:
            self.puzzled(name, text)
            return None
        if found is not None and after is not None and found < after:
            return found + timedelta(days=1)
        return found


def told(delivery: Delivery, connection: ConnectionInfo) -> Told:
    """All fields of a delivery, with JSON inside the form field ``data`` unpacked. Raises ``Unreadable``."""
    fields = read(delivery)
    if not fields.get("data", "").startswith("{"):
        return Told(fields, connection)
    packed = replace(delivery, query=b"", content_type="application/json", body=_whole(delivery, fields))
    outer = {name: text for name, text in fields.items() if name != "data"}
    return Told(outer | {name: text for name, text in read(packed).items() if text}, connection)


def _whole(delivery: Delivery, fields: Mapping[str, str]) -> bytes:
    """The JSON in full: the fields of a delivery are cut where no column could hold them."""
    for raw in (delivery.body, delivery.query):
        for name, text in form_pairs(raw):
            if name == "data" and text.lstrip().startswith("{"):
                return text.encode("utf-8", "surrogatepass")
    return fields["data"].encode("utf-8", "surrogatepass")


def _folded(name: str) -> str:
    inner = _INNER.fullmatch(name)
    return re.sub(r"[\s_-]", "", inner[1] if inner else name).lower()
