"""Finding a lead: by what, in which order, and never outside one's own scope."""

import pytest
from sqlalchemy import func, select, update

from models.store import searching, tails
from models.store.base import Store
from models.tables.leads import lead_phone
from tests.cast import Cast, Person
from tests.telling import rung, tell


def found(store: Store, person: Person, asked: str) -> list[str]:
    with store.read() as tx:
        return [row.name for row in searching.find(store, tx, person.viewer, asked).rows]


@pytest.mark.parametrize(
    "asked",
    ["ananya", "KULK", "ananya k", "anan@", "data science", "satna", "L-20418", "4321", "ananya 4321",
     "+91 98765 04321", "9876504321"],
)  # fmt: skip
def test_what_finds_a_lead(store: Store, cast: Cast, asked: str) -> None:
    cast.lead(
        "+919876504321", name="Ananya Kulkarni", email="anan@example.org", programme="M.Sc Data Science",
        city="Satna", external_id="L-20418", owner=cast.asha,
    )  # fmt: skip
    cast.lead("+919876504322", name="Somebody Else", owner=cast.asha)
    while tails.fill(store, 1):
        pass
    for who in (cast.asha, cast.meera, cast.dev):
        assert found(store, who, asked) == ["Ananya Kulkarni"]
    for who in (cast.chitra, cast.ravi):
        assert found(store, who, asked) == []


@pytest.mark.parametrize("asked", ["765", "98765", "987650", "0432", "9876", "98765043", "43211", "٤٣٢١"])
def test_a_part_of_a_number_finds_nothing(store: Store, cast: Cast, asked: str) -> None:
    cast.lead("+919876504321", name="Ananya", email="9876504321@example.org", owner=cast.asha)
    tails.fill(store)
    assert found(store, cast.asha, asked) == []


ODD_WORDS = [
    "1@example",
    "21@example",
    "4321@example",
    "l-9876",
    "9876504321@exampl",
    "L-987650432",
    "L-9876504",
    "7-1",
]


@pytest.mark.parametrize("asked", ODD_WORDS)
def test_a_masked_number_is_not_guessed_with_letters_beside_it(store: Store, cast: Cast, asked: str) -> None:
    cast.lead(
        "+919700000001", name="Ananya", email="9876504321@example.org", external_id="L-9876504321",
        owner=cast.asha,
    )  # fmt: skip
    assert found(store, cast.asha, asked) == []


@pytest.mark.parametrize("asked", ["9876504321@Example.org", "@example.org", "l-", "ria21@", "batch 2026-27"])
def test_the_whole_of_it_and_its_letters_do_find(store: Store, cast: Cast, asked: str) -> None:
    for at in range(2):  # one of whom none of it says anything
        cast.lead(
            name=f"Ananya {at}",
            programme="Batch 2026-27" if not at else "B.Tech",
            email="9876504321@example.org" if not at else "else@elsewhere.in",
            external_id="L-9876504321" if not at else None,
            owner=cast.asha,
        )
    cast.lead(name="Ria", email="ria21@nowhere.org", owner=cast.asha)
    assert found(store, cast.asha, asked) == ["Ria" if asked == "ria21@" else "Ananya 0"]


@pytest.mark.parametrize("asked", ["9876504321", "L-9876504321"])
def test_an_id_that_is_a_number_is_for_supervisors(store: Store, cast: Cast, asked: str) -> None:
    cast.lead("+919700000001", name="Ananya", external_id=asked, owner=cast.asha)
    assert [found(store, who, asked) for who in (cast.asha, cast.ravi, cast.chitra)] == [[], [], []]
    assert [found(store, who, asked) for who in (cast.meera, cast.dev)] == [["Ananya"], ["Ananya"]]


def test_an_id_of_letters_and_digits_is_for_everybody(store: Store, cast: Cast) -> None:
    cast.lead(name="Ananya", external_id="A1234-B5678", owner=cast.asha)
    assert found(store, cast.asha, "A1234-B5678") == ["Ananya"]
    assert found(store, cast.chitra, "A1234-B5678") == []


def test_who_begins_so_comes_first(store: Store, cast: Cast) -> None:
    cast.lead(name="Rana Singh", owner=cast.asha)
    cast.lead(name="Anand Roy", owner=cast.asha)
    cast.lead(name="Sana Anand", owner=cast.asha)
    assert found(store, cast.asha, "ana") == ["Anand Roy", "Sana Anand", "Rana Singh"]
    assert found(store, cast.asha, "an%") == []


def test_what_was_open_lately_is_checked_like_anything(store: Store, cast: Cast) -> None:
    mine = [cast.lead(name=name, owner=cast.asha) for name in ("One", "Two", "Three")]
    hers = cast.lead(name="Hers", owner=cast.chitra)
    with store.read() as tx:
        ids = [hers.id, mine[1].id, mine[0].id, 10**12, mine[1].id]
        rows = searching.recent(tx, cast.asha.viewer, ids).rows
    assert [row.name for row in rows] == ["Two", "One", "Three"]


def test_a_lead_that_became_another_is_nowhere(store: Store, cast: Cast) -> None:
    kept = cast.lead(name="Ananya K", owner=cast.asha)
    gone = cast.lead(name="Ananya Kulkarni", owner=cast.asha, merged_into=kept.id)
    for who in (cast.asha, cast.meera, cast.dev):
        assert found(store, who, "ananya") == ["Ananya K"]
        with store.read() as tx:
            assert [row.name for row in searching.recent(tx, who.viewer, [gone.id]).rows] == ["Ananya K"]


def test_every_number_has_its_last_four_digits(store: Store, cast: Cast) -> None:
    """New callers at once, old rows by the job, and the job ends."""
    old = cast.lead(owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, cast.lead("+919811112222"), "c1"))
    tell(store, cast, rung(store, cast.asha, type(old)(0, "New", "+919811117654"), "c2"))
    with store.read() as tx:
        none = select(func.count()).select_from(lead_phone).where(lead_phone.c.tail_ix.is_(None))
        assert tx.scalar(none) == 2, "only those the tests put there without"
    assert tails.fill(store, 1) == 1
    assert tails.fill(store) == 1
    assert tails.fill(store) == 0
    assert len(found(store, cast.asha, "7654")) == 1
    with store.db.begin() as tx:
        tx.execute(update(lead_phone).values(tail_ix=None))
    assert found(store, cast.asha, "7654") == []
    assert tails.fill(store) == 3
    assert len(found(store, cast.asha, "7654")) == 1
