"""What a connection can do as it is set up: less than its vendor where an entry says so."""

from collections.abc import Mapping
from typing import Any

from ingest.contract import Capability, Vendor


def of(vendor: Vendor, settings: Mapping[str, Any]) -> frozenset[Capability]:
    """What a connection of this vendor with these settings can do."""
    return vendor.capabilities - lacking(vendor, settings).keys()


def lacking(vendor: Vendor, settings: Mapping[str, Any]) -> dict[Capability, str]:
    """What the vendor can do and this connection cannot, each with why, in words for an admin."""
    found: dict[Capability, str] = {}
    for entry in vendor.set_up.entries:
        value = str(settings.get(entry.name) or "").strip().lower()
        why = f'not with "{entry.label}" {value}' if value else f'fill in "{entry.label}"'
        for capability in entry.lacks.get(value, ()):
            if capability in vendor.capabilities:
                found.setdefault(capability, why)
    return found
