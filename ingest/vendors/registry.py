"""The vendors we know. Paths, not imports: a vendor is loaded when a connection first needs it."""

from functools import cache
from importlib import import_module

from ingest.contract import Vendor

_VENDORS = {
    "open": "ingest.vendors.open.parse:VENDOR",
    "exotel": "ingest.vendors.exotel.parse:VENDOR",
    "twilio": "ingest.vendors.twilio.parse:VENDOR",
}


def all_slugs() -> tuple[str, ...]:
    """The slugs a connection may name, in the order screens list them."""
    return tuple(_VENDORS)


@cache
def get(slug: str) -> Vendor:
    """The vendor called ``slug``. Raises ``KeyError`` for a name not in ``all_slugs``."""
    module, _, name = _VENDORS[slug].partition(":")
    vendor: Vendor = getattr(import_module(module), name)
    return vendor
