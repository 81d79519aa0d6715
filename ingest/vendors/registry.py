"""The vendors we know. A vendor is loaded when a connection first needs it."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ingest.client import Client, NoClient, Web
from ingest.contract import Configurable, ConnectionInfo, Vendor

_VENDORS = (
    "open",
    "exotel",
    "twilio",
    "plivo",
    "smartflo",
    "vicidial",
    "ozonetel",
    "mapped",
    "myoperator",
)

_SERVICES: Mapping[str, tuple[str, Mapping[str, str]]] = {"servetel": ("smartflo", {"brand": "servetel"})}


def all_slugs() -> tuple[str, ...]:
    """The slugs a connection may name, in the order screens list them."""
    return _VENDORS


def services() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Names under which a vendor's platform is sold besides its own: the vendor, and the settings that say so."""
    return _SERVICES


@cache
def get(slug: str) -> Vendor:
    """The vendor called ``slug``. Raises ``KeyError`` for a name not in ``all_slugs``."""
    if slug not in _VENDORS:
        raise KeyError(slug)
    vendor: Vendor = import_module(f"{__package__}.{slug}.parse").VENDOR
    return vendor


def configurable(slug: str) -> Configurable | None:
    """The vendor, if it reads as a document of the connection says. Raises ``KeyError`` as ``get``."""
    vendor: Any = get(slug)
    return vendor if hasattr(vendor, "document_schema") else None


def client(connection: ConnectionInfo, web: Web) -> Client:
    """The account of this connection, to be asked through ``web``."""
    module = _client_module(connection.vendor)
    made: Client = NoClient() if module is None else module.make(connection, web)
    return made


def hosts(connection: ConnectionInfo) -> frozenset[str]:
    """The hosts this connection's API and recordings live on; ``*.example.com`` for all below."""
    module = _client_module(connection.vendor)
    named: Iterable[str] = () if module is None else module.hosts(connection)
    return frozenset(named)


@cache
def _client_module(slug: str) -> Any:
    """``client.py`` of a vendor that has one: ``make(connection, web)`` and ``hosts(connection)``."""
    get(slug)
    name = f"{__package__}.{slug}.client"
    return import_module(name) if find_spec(name) else None
