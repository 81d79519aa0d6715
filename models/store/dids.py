"""The institution's own numbers: which team answers each, and how a caller of it finds a counselor."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from models.rules.routing import Words, in_order, words
from models.store import skills
from models.tables.people import team
from models.tables.telephony import did

POOL, NEXT = "pool", "next"
UNKNOWN_RULES = (POOL, NEXT)
LONGEST_FALLBACK = 120


class UnknownDid(LookupError):
    """No DID has this number."""


@dataclass(frozen=True, slots=True)
class Did:
    """One number (E.164). ``strategies`` are names in order (none: the default order), ``asked`` the skills its
    callers need, as given; ``fallback`` is a group's address at the provider, rung when nobody was found.

    ``unknown_rule`` says whose a missed caller is whom nobody knows: ``pool``, the DID's team; ``next``, the
    team's next counselor in turn.
    """

    id: int
    number: str
    label: str
    team_id: int | None
    team: str | None
    strategies: tuple[str, ...]
    asked: Mapping[str, tuple[str, ...]]
    fallback: str
    unknown_rule: str

    @property
    def needs(self) -> Words:
        """``asked`` as the rules compare it."""
        return words((kind, word) for kind, given in self.asked.items() for word in given)


_ALL = (
    select(did, team.c.name.label("team")).outerjoin(team, team.c.id == did.c.team_id).order_by(did.c.number)
)


def listed(tx: Connection) -> list[Did]:
    """All of them by number."""
    return [_did(row) for row in tx.execute(_ALL).mappings()]


def find(tx: Connection, number: str) -> Did:
    """Raises ``UnknownDid``."""
    row = tx.execute(_ALL.where(did.c.number == number)).mappings().first()
    if row is None:
        raise UnknownDid(f"{number} is no number of the institution; add it with: did add")
    return _did(row)


def change(
    tx: Connection,
    number: str,
    *,
    strategies: Iterable[str] | None = None,
    asked: Iterable[tuple[str, str]] | None = None,
    **columns: Any,
) -> int:
    """Change what is given of a DID and return its id; ``columns``: label, team_id, fallback, unknown_rule.

    No ``strategies``: the default order again. ``asked`` are (kind, word) pairs and replace all earlier ones.
    Raises ``UnknownDid``, and ``ValueError`` for an unknown strategy, kind of skill or rule, or a fallback too
    long to be kept.
    """
    found = find(tx, number)
    if strategies is not None:
        names = tuple(strategies)
        in_order(names)
        columns["strategies"] = " ".join(names)
    if asked is not None:
        needed: dict[str, list[str]] = {}
        for kind, word in (skills.checked(*pair) for pair in asked):
            needed.setdefault(kind, []).append(word)
        columns["skills"] = json.dumps(needed, ensure_ascii=False)
    if columns.get("unknown_rule", POOL) not in UNKNOWN_RULES:
        raise ValueError(f"a missed unknown caller goes to one of: {', '.join(UNKNOWN_RULES)}")
    if len(columns.get("fallback", "")) > LONGEST_FALLBACK:
        raise ValueError(f"a fallback may have {LONGEST_FALLBACK} characters")
    if columns:
        tx.execute(update(did).where(did.c.id == found.id).values(columns))
    return found.id


def _did(row: Mapping[Any, Any]) -> Did:
    return Did(
        id=row["id"],
        number=row["number"],
        label=row["label"],
        team_id=row["team_id"],
        team=row["team"],
        strategies=tuple(row["strategies"].split()),
        asked={kind: tuple(given) for kind, given in json.loads(row["skills"]).items()},
        fallback=row["fallback"],
        unknown_rule=row["unknown_rule"],
    )
