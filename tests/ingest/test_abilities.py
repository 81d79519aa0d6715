"""What a connection can do, as it is set up: less than its vendor where an entry says so."""

from typing import Any

import pytest

from ingest import abilities
from ingest.contract import Capability
from ingest.vendors import registry


@pytest.mark.parametrize("slug", registry.all_slugs())
def test_a_connection_can_do_what_its_vendor_can_but_for_what_it_lacks(slug: str) -> None:
    vendor = registry.get(slug)
    lacking = abilities.lacking(vendor, {})
    assert set(lacking) <= vendor.capabilities
    assert abilities.of(vendor, {}) == vendor.capabilities - set(lacking)
    for entry in vendor.set_up.entries:
        assert all(capabilities <= vendor.capabilities for capabilities in entry.lacks.values())
    assert all(lacking.values()), "each says why"


@pytest.mark.parametrize(
    ("slug", "capability", "without", "settings"),
    [
        ("open", Capability.DIAL, {"dial_url": "  "}, {"dial_url": "https://pbx.example/dial"}),
        ("open", Capability.PULL_LOG, {}, {"records_url": "https://pbx.example/records"}),
        ("open", Capability.SOFTPHONE, {}, {"sip_wss_url": "wss://sip.example/ws"}),
        ("smartflo", Capability.PULL_LOG, {"brand": " Servetel "}, {}),
        ("smartflo", Capability.PUSH_LIST, {"brand": "servetel"}, {"brand": "smartflo"}),
    ],
)
def test_some_of_it_depends_on_a_setting(
    slug: str, capability: Capability, without: dict[str, Any], settings: dict[str, Any]
) -> None:
    vendor = registry.get(slug)
    assert capability not in abilities.of(vendor, without)
    assert capability in abilities.of(vendor, settings)


def test_why_is_said_by_the_label_an_admin_reads() -> None:
    assert (
        abilities.lacking(registry.get("open"), {})[Capability.DIAL] == 'fill in "Address that places calls"'
    )
    said = abilities.lacking(registry.get("smartflo"), {"brand": "servetel"})[Capability.PULL_LOG]
    assert said == 'not with "Service" servetel'
