"""The fields of MyOperator's messages, whatever they are wrapped in and however many agents were rung.

Rows of the call log have long names, the older webhooks short ones (``_st`` for ``start_time``), sometimes all of
it inside a field called ``myoperator``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.bodies import form_pairs, read
from ingest.contract import Delivery, Unreadable

WRAPPER = "myoperator"
MOST_LEGS = 200
_LONG = {
    "_ac": "action",
    "_ci": "company_id",
    "_cl": "caller_number",
    "_cr": "caller_number_raw",
    "_cri": "client_ref_id",
    "_dn": "department_name",
    "_dr": "duration",
    "_et": "end_time",
    "_ev": "event",
    "_ex": "extension",
    "_fn": "filename",
    "_ld": "log_details",
    "_na": "name",
    "_nr": "contact_number",
    "_pm": "additional_parameters",
    "_rr": "received_by",
    "_st": "start_time",
    "_su": "status",
}
_PART = re.compile(r"[^\[\]]+")


def fields(delivery: Delivery) -> dict[str, str]:
    """A delivery's fields, by the call log's long names. Raises ``Unreadable``."""
    try:
        found = read(delivery)
    except Unreadable:
        found = _leg_by_leg(delivery)
    if found.get(WRAPPER, "").startswith("{"):
        found = read(
            replace(delivery, query=b"", content_type="application/json", body=_whole(delivery, found))
        )
    return {_spelled(name): text for name, text in found.items()}


def _leg_by_leg(delivery: Delivery) -> dict[str, str]:
    """A message that is unreadable for its many legs alone: each is read by itself. Raises ``Unreadable``."""
    told: Any = None
    try:
        told = json.loads(delivery.body)
        legs = told["payload"].pop("legs")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        legs = None
    if not isinstance(legs, list) or len(legs) > MOST_LEGS:
        return read(delivery)
    found = read(replace(delivery, body=json.dumps(told).encode()))
    for i, leg in enumerate(legs):
        if isinstance(leg, dict) and leg:
            alone = replace(
                delivery, query=b"", content_type="application/json", body=json.dumps(leg).encode()
            )
            for name, text in read(alone).items():
                first, bracket, more = name.partition("[")
                found[f"payload[legs][{i}][{first}]{bracket}{more}"] = text
    return found


def _spelled(name: str) -> str:
    parts = _PART.findall(name)
    if parts[:1] == [WRAPPER] and len(parts) > 1:
        parts = parts[1:]
    long = [_LONG.get(part, part) for part in parts]
    return long[0] + "".join(f"[{part}]" for part in long[1:]) if long else name


def _whole(delivery: Delivery, found: Mapping[str, str]) -> bytes:
    """The JSON in full: the fields of a delivery are cut where no column could hold them."""
    for raw in (delivery.body, delivery.query):
        for name, text in form_pairs(raw):
            if name == WRAPPER and text.lstrip().startswith("{"):
                return text.encode("utf-8", "surrogatepass")
    return found[WRAPPER].encode("utf-8", "surrogatepass")
