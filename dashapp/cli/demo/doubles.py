"""Leads of the demo that are one person twice: the same number or e-mail, come in by another way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from dashapp.cli.demo.leads import Prospect

COUNT = 40
_WAYS = ("Shiksha", "CollegeDunia", "Education fair", "Google Ads", "Website")


def invent(rng: Random, people: Sequence[Prospect]) -> list[Prospect]:
    """The other entries, half of them with the same number and half with the same e-mail. Nobody owns a few.

    They are older and forgotten: a caller's number leads to the entry that was worked on last.
    """
    chosen = rng.sample(people, min(COUNT, len(people) // 10))
    made = []
    for place, one in enumerate(chosen):
        by_number = place % 2 == 0
        made.append(
            replace(
                one,
                name=_written(one.name, place),
                phone=one.phone if by_number else f"+9182{rng.randrange(10**8):08}",
                email=None if by_number and place % 4 else one.email,
                city=one.city if place % 3 else None,
                source=rng.choice([way for way in _WAYS if way != one.source]),
                stage="New enquiry",
                sub_stage=None,
                owner=one.owner if place % 5 else None,
                created_at=one.created_at - timedelta(days=rng.uniform(2, 40)),
                applied=None,
            )
        )
    return sorted(made, key=lambda one: one.created_at)


def _written(name: str, place: int) -> str:
    """The same name as another form has it."""
    first, last = name.split(" ", 1)
    return (f"{first} {last[0]}", name.upper(), f"{first.lower()} {last.lower()}", first, name)[place % 5]
