"""Merging two leads: every row is kept exactly once, whoever may, and what comes late lands on the lead that stays."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, insert, select

from models.rules.access import Role, Viewer
from models.store import entries, feed, follow_ups, merging, openings, searching, tails
from models.store.base import Store
from models.store.merging import NotMergeable
from models.store.upsert_leads import LeadFacts, Upserted, upsert
from models.tables.base import metadata
from models.tables.calls import call
from models.tables.leads import lead, lead_phone
from models.tables.people import audit
from models.tables.work import follow_up, intent, lead_merge, note, stage_change
from tests.cast import Cast, Lead
from tests.databases import Clock
from tests.telling import ended, rung, tell


def put(store: Store, table: Table, **values: Any) -> None:
    with store.db.begin() as tx:
        tx.execute(insert(table).values(**values))


def phone(store: Store, owner: Lead, number: str, position: int) -> None:
    put(
        store, lead_phone, lead_id=owner.id, phone_ix=store.vault.index(number), position=position,
        phone_ct=store.vault.seal(number.encode(), tails.PHONE), mask="x",
    )  # fmt: skip


def column(store: Store, found: int, *names: str) -> list[Any]:
    with store.read() as tx:
        return list(tx.execute(select(*(lead.c[name] for name in names)).where(lead.c.id == found)).one())


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of everything that belongs to a lead, without whose it is."""
    found = {}
    with store.read() as tx:
        for table in MOVED:
            kept = [
                column
                for column in table.c
                if column.name
                not in ("lead_id", "updated_at", "changed_at", *(SETTLED if table is follow_up else ()))
            ]
            found[table.name] = sorted(map(tuple, tx.execute(select(*kept))), key=repr)
    return found


MOVED = [table for table in metadata.sorted_tables if "lead_id" in table.c and table.name != "lead_phone"]
"""Every table there is that belongs to a lead: one that is added later must be moved too."""

SETTLED = ("state", "done_at", "done_by")
"""Of a follow-up: of two, one is cancelled."""
WORK = st.lists(
    st.tuples(st.sampled_from(["call", "miss", "note", "open", "stage", "promise"]), st.integers(0, 2)),
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=WORK, turned=st.booleans())
def test_every_row_is_kept_exactly_once(
    store: Store, cast: Cast, work: list[tuple[str, int]], turned: bool
) -> None:
    three = [cast.lead(owner=cast.asha) for _ in range(3)]
    asha = cast.asha.id
    for number, (what, whose) in enumerate(work):
        mine = three[whose]
        if what in ("call", "miss"):
            tell(
                store, cast, ended(store, cast.asha, mine, f"{mine.id}-{number}", talk=60 * (what == "call"))
            )
        elif what == "note":
            put(store, note, lead_id=mine.id, person_id=asha, at=store.now(), text_ct=b"x")
        elif what == "open":
            openings.open_profile(store, cast.asha.viewer, mine.id, "link")
        elif what == "stage":
            put(
                store,
                stage_change,
                lead_id=mine.id,
                person_id=asha,
                at=store.now(),
                from_stage="a",
                to_stage="b",
            )
        else:
            put(
                store, follow_up, lead_id=mine.id, person_id=asha, made_by=asha, due_at=store.now(),
                state="open", made_at=store.now(),
            )  # fmt: skip
    before = rows(store)
    with store.read() as tx:
        per_lead = {
            one.id: {
                table.name: tx.scalar(select(func.count()).where(table.c.lead_id == one.id)) or 0
                for table in MOVED
            }
            for one in three
        }
    kept, gone = (three[1], three[0]) if turned else (three[0], three[1])
    merging.merge(store, cast.meera.viewer, kept.id, gone.id, {})
    assert rows(store) == before, "no row went, none came, none changed"
    with store.read() as tx:
        for table in MOVED:
            now = {
                one.id: tx.scalar(select(func.count()).where(table.c.lead_id == one.id)) or 0 for one in three
            }
            assert now[gone.id] == 0, table.name
            assert now[kept.id] == per_lead[kept.id][table.name] + per_lead[gone.id][table.name], table.name
            assert now[three[2].id] == per_lead[three[2].id][table.name], table.name
        assert tx.scalar(select(func.count()).where(lead_phone.c.lead_id == kept.id)) == 2
        assert tx.scalar(select(func.count()).where(lead_phone.c.lead_id == gone.id)) == 0


def test_values_are_chosen_and_empty_ones_completed(store: Store, cast: Cast, clock: Clock) -> None:
    first = cast.lead(
        owner=None, name="Ananya", city=None, email="a@example.org", stage="New", external_id=None,
        created_at=clock.ago(days=2), worked_at=clock.ago(days=2),
    )  # fmt: skip
    second = cast.lead(
        owner=cast.asha, name="Ananya Kulkarni", city="Indore", email="b@example.org", stage="Applied",
        sub_stage="Fee", external_id="X-2", source="Telephony", created_at=clock.ago(days=9),
    )  # fmt: skip
    merging.merge(
        store,
        cast.dev.viewer,
        first.id,
        second.id,
        {"name": second.id, "stage": second.id, "email": first.id},
    )
    names = ("name", "city", "email", "stage", "sub_stage", "external_id", "owner_id", "created_at")
    assert column(store, first.id, *names) == [
        "Ananya Kulkarni", "Indore", "a@example.org", "Applied", "Fee", "X-2", cast.asha.id, clock.ago(days=9),
    ]  # fmt: skip
    assert column(store, second.id, "merged_into", "owner_id", "external_id") == [first.id, None, None]
    with store.read() as tx:
        kept = tx.execute(select(lead_merge)).one()
        noted = tx.execute(select(audit).where(audit.c.action == "lead.merged")).one()
        told = [json.loads(row.body) for row in feed.after(tx, 0) if row.kind == "lead"]
    assert (kept.kept_id, kept.gone_id, kept.person_id, kept.telephony) == (
        first.id,
        second.id,
        cast.dev.id,
        True,
    )
    assert json.loads(kept.moved)["lead_phone"] == 1
    assert noted.subject == f"lead:{first.id}"
    assert told == [{"lead_id": first.id}, {"lead_id": second.id, "kept_id": first.id}]


def test_late_events_and_new_calls_land_on_the_lead_that_stays(store: Store, cast: Cast) -> None:
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, gone, "c1"))
    merging.merge(store, cast.meera.viewer, kept.id, gone.id, {})
    tell(store, cast, ended(store, cast.asha, gone, "c1", talk=60))  # the old call's log, by the old number
    tell(store, cast, ended(store, cast.asha, gone, "c2"))  # and a new call
    with store.read() as tx:
        assert set(tx.scalars(select(call.c.lead_id))) == {kept.id}
        assert tx.scalar(select(func.count()).select_from(lead)) == 2, "no third lead was made"
        waiting = entries.open_for(tx, cast.asha.viewer, now=store.now(), rules=store.rules)
    assert {row["lead_id"] for row in waiting} == {kept.id}


def test_what_waited_stays_open_until_the_lead_is_opened(store: Store, cast: Cast, clock: Clock) -> None:
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha)
    for one in (kept, gone):
        tell(store, cast, ended(store, cast.asha, one, f"m{one.id}"))
    merging.merge(store, cast.meera.viewer, kept.id, gone.id, {})
    with store.read() as tx:
        assert len(entries.open_for(tx, cast.asha.viewer, now=store.now(), rules=store.rules)) == 2
        last = [json.loads(row.body) for row in feed.after(tx, 0) if row.kind == "entry"][-1]
    assert last["lead_id"] == kept.id, "screens are told whose it is now"
    clock.advance(minutes=1)
    assert len(openings.open_profile(store, cast.asha.viewer, kept.id, "link").cleared) == 2


def test_a_number_on_both_stands_once_and_chains_lead_to_the_last(store: Store, cast: Cast) -> None:
    first, second, third = (cast.lead(f"+91981110000{n}", owner=cast.asha) for n in range(3))
    phone(store, second, first.phone, 1)
    merging.merge(store, cast.meera.viewer, first.id, second.id, {})
    merging.merge(store, cast.meera.viewer, third.id, first.id, {})
    with store.read() as tx:
        numbers = tx.execute(
            select(lead_phone.c.phone_ix, lead_phone.c.position).where(lead_phone.c.lead_id == third.id)
        ).all()
        assert sorted(numbers, key=lambda row: row.position) == [
            (store.vault.index(one.phone), position) for position, one in enumerate((third, first, second))
        ]
        assert tx.scalar(select(func.count()).select_from(lead_phone)) == 3
        assert [openings.standing(tx, one.id) for one in (first, second, third)] == [third.id] * 3
        assert set(tx.scalars(select(lead_merge.c.kept_id))) == {third.id}
        for one in (first, second):
            assert not openings.may_open(tx, cast.dev.viewer, one.id)
            rows_ = searching.find(store, tx, cast.dev.viewer, one.name).rows
            assert one.id not in {row.id for row in rows_}


def test_who_may_and_when(store: Store, cast: Cast) -> None:
    mine, alsomine, hers = (
        cast.lead(owner=who, email="one@example.org") for who in (cast.asha, cast.asha, cast.chitra)
    )
    for who, pair in (
        (cast.chitra, (mine, alsomine)), (cast.chitra, (hers, mine)), (cast.asha, (mine, hers)),
        (cast.meera, (hers, mine)), (cast.ravi, (mine, alsomine)),
    ):  # fmt: skip
        with pytest.raises(NotMergeable, match="not here any more"):
            merging.merge(store, who.viewer, pair[0].id, pair[1].id, {})
        with store.read() as tx, pytest.raises(NotMergeable):
            merging.compare(tx, who.viewer, pair[0].id, pair[1].id, store.now())
    with pytest.raises(NotMergeable, match="one lead already"):
        merging.merge(store, cast.asha.viewer, mine.id, mine.id, {})
    for wrong in ({"owner_id": mine.id}, {"name": hers.id}):
        with pytest.raises(NotMergeable, match="Choose each value"):
            merging.merge(store, cast.asha.viewer, mine.id, alsomine.id, wrong)
    put(
        store, intent, reference="r", person_id=cast.ravi.id, lead_id=alsomine.id, mode="hardphone",
        state="talking", requested_at=store.now(), lease_until=store.now() + timedelta(hours=1), live=True,
    )  # fmt: skip
    with pytest.raises(NotMergeable, match="being called now"):
        merging.merge(store, cast.asha.viewer, mine.id, alsomine.id, {})
    assert column(store, mine.id, "merged_into") == column(store, alsomine.id, "merged_into") == [None]
    merging.merge(store, cast.meera.viewer, mine.id, cast.lead(owner=cast.ravi).id, {})


def test_what_suggests_a_merge(store: Store, cast: Cast) -> None:
    one = cast.lead("+919811100001", name="Ananya K", city="Indore", email="a@example.org", owner=cast.asha)
    number = cast.lead("+919811100002", name="Mother", city=None, email=None, owner=cast.asha)
    phone(store, number, one.phone, 1)
    both = cast.lead(name="Ananya K", city="indore", email="a@example.org", owner=cast.asha)
    hers = cast.lead(name="Ananya K", city="Indore", email="a@example.org", owner=cast.chitra)
    cast.lead(name="Ananya K", city="Pune", email="c@example.org", owner=cast.asha)
    cast.lead(name="Ananya K", city="Indore", email="a@example.org", owner=cast.asha, merged_into=one.id)
    nameless = [cast.lead(name="Unknown caller 1", city="Indore", email=None, owner=cast.asha) for _ in "ab"]
    with store.read() as tx:
        found = {each.id: each.why for each in merging.alike(tx, cast.asha.viewer, one.id)}
        assert found == {number.id: ["same number"], both.id: ["same e-mail", "same name and city"]}
        assert hers.id in {each.id for each in merging.alike(tx, cast.dev.viewer, one.id)}
        assert merging.alike(tx, cast.asha.viewer, nameless[0].id) == []


def test_another_system_still_finds_the_lead_by_either_id(store: Store, cast: Cast) -> None:
    kept = cast.lead(external_id="X-1", owner=cast.asha)
    gone = cast.lead(external_id="X-2", owner=cast.asha)
    merging.merge(store, cast.meera.viewer, kept.id, gone.id, {})
    everything = Viewer(0, Role.ADMIN, "key", "")
    for external_id, city in (("X-1", "Dewas"), ("X-2", "Ujjain")):
        facts = LeadFacts(external_id=external_id, phone=gone.phone, city=city)
        with store.db.begin() as tx:
            done = upsert(tx, everything, store.vault, facts, store.now())
            assert done == Upserted(kept.id, False)
        assert column(store, kept.id, "city", "external_id") == [city, "X-1"]


def test_nobody_takes_a_colleagues_lead_by_merging(store: Store, cast: Cast) -> None:
    asha, same = cast.asha.viewer, "one@example.org"
    mine, hers, ravis = (cast.lead(owner=who, email=same) for who in (cast.asha, cast.chitra, cast.ravi))
    nobodys, unlike = cast.lead(owner=None, email=same), cast.lead(owner=cast.asha)
    for each in (hers, ravis, nobodys):  # once rung by somebody's lead, one may open it
        tell(store, cast, ended(store, cast.asha, each, f"c{each.id}"))
    for gone, why in ((hers, "Chitra"), (ravis, "Ravi"), (unlike, "neither number")):
        with pytest.raises(NotMergeable, match=f"{why}.*supervisor of both owners’ teams, or an admin"):
            merging.merge(store, asha, mine.id, gone.id, {})
    with pytest.raises(NotMergeable, match="supervisor of both"):
        merging.merge(store, cast.meera.viewer, mine.id, hers.id, {})
    with store.read() as tx:
        refused = {each.id: bool(each.refused) for each in merging.alike(tx, asha, mine.id)}
        last = feed.last_id(tx)
    assert refused == {hers.id: True, ravis.id: True, nobodys.id: False}
    merging.merge(store, asha, mine.id, nobodys.id, {})
    merging.merge(store, cast.meera.viewer, mine.id, ravis.id, {})
    merging.merge(store, cast.dev.viewer, mine.id, hers.id, {})
    with store.read() as tx:
        told = [row.audience for row in feed.after(tx, last) if f'"kept_id":{mine.id}' in row.body]
    for who in (cast.ravi, cast.chitra):
        assert any(audience.admits(who.viewer) for audience in told), "whose it was is told"


def test_a_person_promises_a_lead_one_thing(store: Store, cast: Cast) -> None:
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha)
    hours = [(kept, cast.asha, 5), (gone, cast.asha, 3), (gone, cast.meera, 4)]
    for one, who, hour in hours:
        follow_ups.make(store, who.viewer, one.id, store.now() + timedelta(hours=hour))
    merging.merge(store, cast.meera.viewer, kept.id, gone.id, {})
    with store.read() as tx:
        found = tx.execute(select(follow_up).order_by(follow_up.c.due_at)).all()
    assert [(row.person_id, row.state, row.lead_id) for row in found] == [
        (cast.asha.id, "open", kept.id), (cast.meera.id, "open", kept.id), (cast.asha.id, "cancelled", kept.id),
    ]  # fmt: skip
