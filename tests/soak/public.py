"""The provider's memory held against our public API, once everything was said."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from tests.servers import Running
from tests.soak.provider import Memory, Story


def differences(server: Running, memory: Memory) -> list[str]:
    """Sentences about calls and entries that are not what was sent; and about those nobody sent."""
    with httpx.Client(
        base_url=server.url,
        headers={"Authorization": f"Bearer {server.cast.api_key}"},
        timeout=30,
        trust_env=False,
    ) as client:
        calls: dict[str, list[Mapping[str, Any]]] = {}
        for row in _pages(client, "/api/v1/calls"):
            calls.setdefault(row["provider_call_id"], []).append(row)
        entries: dict[int, list[Mapping[str, Any]]] = {}
        for kind in ("missed", "pending"):
            for row in _pages(client, f"/api/v1/{kind}?state=all"):
                entries.setdefault(row["call_id"], []).append(row)
    found = [f"{name}: nobody made this call" for name in calls.keys() - memory.stories.keys()]
    for name, story in memory.stories.items():
        found += [f"{name}: {what}" for what in _one(story, calls.get(name, []), entries)]
    return found


def _one(
    story: Story, said: list[Mapping[str, Any]], entries: Mapping[int, list[Mapping[str, Any]]]
) -> Iterator[str]:
    if len(said) != 1:
        yield f"in the API {len(said)} times"
        return
    [call] = said
    truth = {
        "direction": story.direction,
        "outcome": story.outcome,
        "counselor": story.counselor,
        "talk_seconds": story.talk_seconds or None,
    }
    if (shown := {name: call[name] for name in truth}) != truth:
        yield f"{shown}, truly {truth}"
    offered = sorted(one["counselor"] for one in call["offered"])
    if offered != list(story.offered):
        yield f"offered to {offered}, truly {story.offered}"
    owed = entries.get(call["id"], [])
    wanted = [(story.entry, "open", list(story.people))] if story.entry else []
    if [(row["kind"], row["state"], sorted(row["counselors"])) for row in owed] != wanted:
        yield f"entries {owed}, truly {wanted}"


def _pages(client: httpx.Client, path: str) -> Iterator[Mapping[str, Any]]:
    cursor = None
    while True:
        answer = client.get(path, params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        answer.raise_for_status()
        page = answer.json()
        yield from page["items"]
        cursor = page.get("next")
        if not cursor:
            return
