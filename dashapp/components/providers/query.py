"""What the address of the providers page means: which deliveries are listed, which one is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashapp.components import filters
from models.store.journal import Verdict

VERDICTS = tuple((verdict.value.replace(" ", "-"), verdict.value.capitalize()) for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class ProvidersQuery:
    connection_id: int | None
    verdict: str | None
    delivery_id: int | None

    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> "ProvidersQuery":
        """What makes no sense counts as not given."""
        given = given or {}
        verdict = str(given.get("verdict") or "")
        return cls(
            connection_id=_one(given.get("connection")),
            verdict=verdict.replace("-", " ") if verdict in dict(VERDICTS) else None,
            delivery_id=_one(given.get("delivery")),
        )

    def stored(self) -> dict[str, str]:
        fields = {
            "connection": str(self.connection_id or ""),
            "verdict": (self.verdict or "").replace(" ", "-"),
        }
        return {name: value for name, value in fields.items() if value}


def _one(given: Any) -> int | None:
    found = filters.ids(given)
    return min(found) if found else None
