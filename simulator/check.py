"""``python -m simulator check``: reads the ledger and the API until both stand still, then says what differs."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from simulator.api import Api
from simulator.compare import Findings, compare

_PAUSE = 1.0


class NoLedger(Exception):
    """The ledger can't be read; the message says why."""


def read_ledger(where: str) -> dict[str, Any]:
    """From an address or a file. Raises ``NoLedger``."""
    try:
        if where.startswith("http"):
            answer = httpx.get(where, timeout=10, trust_env=False)
            answer.raise_for_status()
            told = answer.json()
        else:
            told = json.loads(Path(where).read_text(encoding="utf-8"))
    except (OSError, ValueError, httpx.HTTPError) as error:
        raise NoLedger(f"no ledger at {where}: {type(error).__name__}") from error
    if not isinstance(told, dict) or "calls" not in told:
        raise NoLedger(f"{where} holds no ledger")
    return told


def check(api: Api, where: str, wait: float, say: Callable[[str], None]) -> bool:
    """Compare, waiting up to ``wait`` seconds for calls to finish and differences to settle. True: none.

    Raises ``NoLedger`` and ``ApiFault``.
    """
    give_up = time.monotonic() + wait
    findings = _once(api, where)
    while time.monotonic() < give_up and _restless(findings):
        time.sleep(_PAUSE)
        findings = _once(api, where)
    for note in findings.notes:
        say(f"note: {note}")
    for (connection, call_id), what in sorted(findings.differences):
        say(f"{connection} {call_id}: {what}")
    aside = "".join(f", {count} {reason}" for reason, count in sorted(findings.skipped.items()))
    calls = len({key for key, _ in findings.differences})
    say(
        f"{findings.compared} calls compared, {len(findings.differences)} differences in {calls} calls{aside}"
    )
    return not findings.differences


def _restless(findings: Findings) -> bool:
    return bool(findings.differences or {"still going on", "not settled"} & findings.skipped.keys())


def _once(api: Api, where: str) -> Findings:
    before = read_ledger(where)
    since = datetime.fromisoformat(before["started_at"]) - timedelta(minutes=5)
    calls = api.calls(since)
    entries = api.entries("missed", since=since) + api.entries("pending", since=since)
    return compare(_standing(before, read_ledger(where)), calls, entries)


def _standing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger with every call that moved while the API was being read marked as still going on."""
    first = {call["provider_call_id"]: call for call in before["calls"]}
    return {
        **after,
        "calls": [
            call
            if first.get(call["provider_call_id"]) == call and not call["looking"]
            else {**call, "complete": False}
            for call in after["calls"]
        ],
    }
