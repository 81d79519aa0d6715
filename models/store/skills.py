"""What each counselor can do for a caller: languages, programmes, regions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from models.rules.routing import SKILLS, spelt
from models.tables.people import skill

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Skill:
    """One of them, with its word as it was given."""

    kind: str
    word: str


def checked(kind: str, word: str) -> tuple[str, str]:
    """The pair as it is kept. Raises ``ValueError`` for an unknown kind, and for no word or too long a one."""
    kind, word = kind.strip().lower(), " ".join(word.split())
    if kind not in SKILLS:
        raise ValueError(f"{kind!r} is no kind of skill; there are {', '.join(SKILLS)}")
    if not spelt(word) or len(word) > LONGEST:
        raise ValueError(f"a {kind} needs a word of at most {LONGEST} characters")
    return kind, word


def change(
    tx: Connection,
    person_id: int,
    *,
    add: Iterable[tuple[str, str]] = (),
    remove: Iterable[tuple[str, str]] = (),
) -> None:
    """Take away, then add (kind, word) pairs. One that is there, in whatever spelling, is not added again.

    Raises ``ValueError`` for what is no skill, and for one to take away that is not there.
    """
    present = {(one.kind, spelt(one.word)): one for one in of_everybody(tx).get(person_id, ())}
    for kind, word in (checked(*pair) for pair in remove):
        gone = present.pop((kind, spelt(word)), None)
        if gone is None:
            raise ValueError(f"{kind}={word} is no skill of theirs")
        tx.execute(
            delete(skill).where(
                skill.c.person_id == person_id, skill.c.kind == kind, skill.c.word == gone.word
            )
        )
    for kind, word in (checked(*pair) for pair in add):
        if (kind, spelt(word)) not in present:
            present[kind, spelt(word)] = Skill(kind, word)
            tx.execute(insert(skill).values(person_id=person_id, kind=kind, word=word))


def of_everybody(tx: Connection) -> dict[int, tuple[Skill, ...]]:
    """Each person's skills by kind and word; who has none is missing."""
    found: dict[int, tuple[Skill, ...]] = {}
    rows = tx.execute(select(skill).order_by(skill.c.person_id, skill.c.kind, skill.c.word))
    for person_id, kind, word in rows:
        found[person_id] = (*found.get(person_id, ()), Skill(kind, word))
    return found
