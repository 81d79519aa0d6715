"""``doctor`` on placing calls: which connections could, for whom they cannot, and softphones nobody lets in."""

from collections.abc import Iterator

from sqlalchemy import Connection

from dashapp.cli.findings import Finding, Grade
from ingest import abilities
from ingest.contract import Capability
from ingest.vendors import registry
from models.store import dial_readiness
from models.store.dial_readiness import Readiness
from models.store.vault import Vault

NAMED = 5
"""So many people without a seat are named; of the others only their number is told."""

_SUBJECT = "dialling"


def examine(tx: Connection, vault: Vault) -> Iterator[Finding]:
    """Findings about connections that are on, and counselors who may sign in. The key must fit."""
    listed = dial_readiness.connections(tx, vault)
    lacking = {one.slug: _lacking(one) for one in listed}
    able = [one for one in listed if lacking[one.slug] == ""]
    if listed and not able:
        yield Finding(
            Grade.LOOK, _SUBJECT, "no connection is set up to place calls: nobody can click to call"
        )
    for one in able:
        yield _seats(one)
    for slug, why in lacking.items():
        if why:
            yield Finding(Grade.WELL, _SUBJECT, f"{slug} cannot place calls: {why}")
    for one in listed:
        if one.settings.get("sip_wss_url") and "sip_secret" not in one.secrets and one.unproved:
            yield Finding(
                Grade.WRONG,
                _SUBJECT,
                f"{one.slug} has {_counted(one.unproved, 'softphone')} without a password and no sip_secret: the "
                f"exchange will not let them in; run: python -m dashapp connection set {one.slug} --secret sip_secret",
            )
    if listed:
        yield from _seatless(tx)


def _lacking(one: Readiness) -> str | None:
    """Why it cannot place calls although its vendor can; empty: it can; None: its vendor cannot."""
    vendor = registry.get(one.vendor)
    if Capability.DIAL not in vendor.capabilities:
        return None
    return abilities.lacking(vendor, one.settings).get(Capability.DIAL, "")


def _seats(one: Readiness) -> Finding:
    if not one.seats:
        return Finding(
            Grade.LOOK,
            _SUBJECT,
            f"{one.slug} can place calls, but no counselor has a seat there; run: "
            f"python -m dashapp connection seat {one.slug} …",
        )
    if one.share <= 0:
        return Finding(Grade.LOOK, _SUBJECT, f"{one.slug} can place calls, but its share is 0: it gets none")
    return Finding(Grade.WELL, _SUBJECT, f"{one.slug} can place calls for {_counted(one.seats, 'seat')}")


def _seatless(tx: Connection) -> Iterator[Finding]:
    without = dial_readiness.seatless(tx)
    if without:
        named = ", ".join(without[:NAMED])
        more = f" and {len(without) - NAMED} more" if len(without) > NAMED else ""
        yield Finding(
            Grade.LOOK,
            _SUBJECT,
            f"no telephone rings for these counselors, and they can call nobody: {named}{more}",
        )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
