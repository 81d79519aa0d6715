"""Where the simulator serves call records and recordings and takes orders to call: told to it and to our connections
at every start."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashapp.cli.demo.institution import LINES, Line
from dashapp.cli.files import write_private
from models.store import connections
from models.store.base import Store

HOST = "127.0.0.1"
ASKABLE = "open"
"""The vendor whose records the simulator serves."""

NEVER = "2100-01-01"


def point(store: Store, demo: Path, port: int) -> None:
    """``port`` is the simulator's. It remembers its own run only, so older hours are not asked for."""
    base, now = f"http://{HOST}:{port}", store.now()
    content = json.loads(demo.read_text("utf-8"))
    entries = {told["slug"]: told for told in content["connections"]}
    with store.db.begin() as tx:
        for line in LINES:
            told = entries[line.slug]
            told["recordings"] = f"{base}/recordings"
            fresh = "dial" not in told
            if fresh:
                told["dial"] = _keys(line)
            settings, sealed = _dialling(line, told, f"{base}/accounts/{line.slug}")
            settings["recording_hosts"] = [HOST]
            if line.vendor == ASKABLE:
                settings |= {
                    "records_url": f"{base}/records/{line.slug}",
                    "records_since": now.isoformat(timespec="seconds"),
                }
            connection_id = connections.id_of(tx, line.slug)
            share: dict[str, Any] = {"share": line.share} if fresh else {}
            connections.change(tx, store.vault, connection_id, settings=settings, secrets=sealed, **share)
    write_private(demo, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _keys(line: Line) -> dict[str, str]:
    """New keys of an account that takes orders, in the vendor's own names."""
    if line.vendor == ASKABLE:
        return {"dial_key": secrets.token_urlsafe(24)}
    return {
        "api_key": secrets.token_hex(20),
        "api_token": secrets.token_hex(20),
        "account_sid": f"{line.slug}1",
        "exophone": ",".join(number for number, _, _ in line.dids),
    }


def _dialling(line: Line, told: Mapping[str, Any], account: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secrets with which a connection orders calls at ``account``, the simulator's address."""
    keys, shown = told["dial"], line.dids[0][0]
    if line.vendor == ASKABLE:
        return {"dial_url": f"{account}/dial", "caller_id": shown}, {"dial_key": keys["dial_key"]}
    settings = {
        "api_url": account,
        "account_sid": keys["account_sid"],
        "caller_id": shown,
        "records_since": NEVER,  # this account keeps no call records
    }
    sealed = {
        "api_key": keys["api_key"],
        "api_token": keys["api_token"],
        "status_url": f"{told['hook_base']}/status",
    }
    return settings, sealed
