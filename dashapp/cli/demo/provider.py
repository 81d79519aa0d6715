"""Where the simulator serves call records and recordings: told to it and to our connections at every start."""

import json
from pathlib import Path
from typing import Any

from dashapp.cli.demo.institution import LINES
from dashapp.cli.files import write_private
from models.store import connections
from models.store.base import Store

HOST = "127.0.0.1"
ASKABLE = "open"
"""The vendor whose records the simulator serves."""


def point(store: Store, demo: Path, port: int) -> None:
    """``port`` is the simulator's. It remembers its own run only, so older hours are not asked for."""
    base, now = f"http://{HOST}:{port}", store.now()
    with store.db.begin() as tx:
        for line in LINES:
            settings: dict[str, Any] = {"recording_hosts": [HOST]}
            if line.vendor == ASKABLE:
                settings |= {
                    "records_url": f"{base}/records/{line.slug}",
                    "records_since": now.isoformat(timespec="seconds"),
                }
            connection_id = connections.id_of(tx, line.slug)
            connections.change(tx, store.vault, connection_id, settings=settings)
    content = json.loads(demo.read_text("utf-8"))
    for told in content["connections"]:
        told["recordings"] = f"{base}/recordings"
    write_private(demo, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
