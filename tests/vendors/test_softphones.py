"""Each vendor either registers counselors' browsers or says in words why not."""

import pytest

from ingest.contract import Capability
from ingest.softphones import SOFTPHONE
from ingest.vendors import registry


@pytest.mark.parametrize("slug", registry.all_slugs())
def test_a_vendor_has_softphones_or_says_why_not(slug: str) -> None:
    vendor = registry.get(slug)
    asked = {entry.name for entry in vendor.set_up.entries}
    if Capability.SOFTPHONE in vendor.capabilities:
        assert {entry.name for entry in SOFTPHONE} <= asked
        assert not vendor.set_up.softphone
    else:
        assert not {name for name in asked if name.startswith("sip_")}, "asks for what it has no use for"
        assert len(vendor.set_up.softphone.split()) > 8
