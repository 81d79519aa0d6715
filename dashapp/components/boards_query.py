"""What the address of the boards means: which kind of entry, and which filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashapp.components import filters
from models.rules.call import Direction
from models.store.boards import Choices, Filters

KINDS = ("missed", "pending")
AGES = (("5", "5 min"), ("15", "15 min"), ("60", "1 hour"), ("240", "4 hours"), ("1440", "1 day"))
DIRECTIONS = (
    (Direction.INBOUND.value, "Inbound"),
    (Direction.OUTBOUND.value, "Outbound"),
    (Direction.CAMPAIGN.value, "Campaign"),
)


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """The state of the page; ``open_id`` is the entry that is unfolded."""

    kind: str
    filters: Filters
    open_id: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> "BoardQuery":
        """From the address or the page's store. What makes no sense there counts as not given."""
        given = given or {}
        kind = given.get("kind")
        age = str(given.get("age") or "")
        opened = filters.ids(given.get("open"))
        return cls(
            kind=kind if kind in KINDS else KINDS[0],
            filters=Filters(
                teams=filters.ids(given.get("team")),
                counselors=filters.ids(given.get("counselor")),
                directions=frozenset(filters.words(given.get("direction")))
                & {value for value, _ in DIRECTIONS},
                dids=filters.ids(given.get("did")),
                connections=filters.ids(given.get("connection")),
                older_than=int(age) if age in dict(AGES) else 0,
            ),
            open_id=min(opened) if opened else None,
        )

    def stored(self) -> dict[str, str]:
        """For the page's store: the same fields as in the address."""
        narrowed = self.filters
        fields = {
            "kind": self.kind,
            "team": _joined(narrowed.teams),
            "counselor": _joined(narrowed.counselors),
            "direction": _joined(narrowed.directions),
            "did": _joined(narrowed.dids),
            "connection": _joined(narrowed.connections),
            "age": str(narrowed.older_than or ""),
        }
        return {name: value for name, value in fields.items() if value}

    def said(self, choices: Choices) -> list[str]:
        """The filters in words, for a file: ``Team: Pune, Indore``."""
        narrowed = self.filters
        named = [
            ("Team", _labels(choices.teams, narrowed.teams)),
            ("Counselor", _labels(choices.counselors, narrowed.counselors)),
            ("Direction", [label for value, label in DIRECTIONS if value in narrowed.directions]),
            ("DID", _labels(choices.dids, narrowed.dids)),
            ("Connection", _labels(choices.connections, narrowed.connections)),
            ("Older than", [dict(AGES)[str(narrowed.older_than)]] if narrowed.older_than else []),
        ]
        return [f"{name}: {', '.join(labels)}" for name, labels in named if labels]


def _joined(values: frozenset[int] | frozenset[str]) -> str:
    return ",".join(str(value) for value in sorted(values))


def _labels(choices: list[tuple[int, str]], chosen: frozenset[int]) -> list[str]:
    """An id that is not among the choices still narrows, so it must be told too."""
    known = dict(choices)
    return [known.get(value, f"no. {value}") for value in sorted(chosen)]
