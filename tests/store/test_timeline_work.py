"""A lead's timeline: what people did with it, and how far back it goes."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert, select

from models.rules.access import Viewer
from models.store.base import Store
from models.store.timeline import CallMoment, OpenedMoment, Story, timeline
from models.store.timeline_work import (
    TEXT,
    WHY,
    DialMoment,
    MergeMoment,
    NoteMoment,
    PromiseMoment,
    StageMoment,
)
from models.tables.calls import call
from models.tables.leads import opening
from models.tables.work import (
    disposition,
    follow_up,
    intent,
    lead_merge,
    note,
    stage_change,
    wrap_up,
)
from tests.cast import Cast, Lead
from tests.databases import Clock
from tests.telling import ended, tell


def story(store: Store, viewer: Viewer, lead: Lead, most: int = 150) -> Story:
    with store.read() as tx:
        return timeline(store, tx, viewer, lead.id, most=most)


def put(store: Store, table: Table, **values: Any) -> None:
    with store.db.begin() as tx:
        tx.execute(insert(table).values(**values))


def test_notes_follow_ups_stages_merges_and_dials_stand_in_their_order(
    store: Store, cast: Cast, clock: Clock
) -> None:
    lead, gone = cast.lead(owner=cast.asha), cast.lead(name="Ananya K")
    seal, asha, ravi = store.vault.seal, cast.asha.id, cast.ravi.id
    at = [clock.ago(hours=hours) for hours in range(9)]
    put(store, note, lead_id=lead.id, person_id=ravi, at=at[0], text_ct=seal(b"call 98765 43210", TEXT))
    put(
        store, follow_up, lead_id=lead.id, person_id=asha, made_by=ravi, made_at=at[5], due_at=at[2],
        state="done", done_at=at[1], done_by=asha, why_ct=seal(b"fee on +919876543210", WHY),
    )  # fmt: skip
    put(store, stage_change, lead_id=lead.id, person_id=0, at=at[3], from_stage="A", to_stage="B", to_sub="b")
    put(
        store, lead_merge, kept_id=lead.id, gone_id=gone.id, person_id=asha, at=at[4], telephony=True,
        moved=json.dumps({"call": 2}),
    )  # fmt: skip
    for number, (state, call_id) in enumerate((("refused", None), ("ended", None), ("refused", 1))):
        put(
            store, intent, reference=f"r{number}", person_id=asha, lead_id=lead.id, mode="hardphone",
            state=state, reason="no_balance", requested_at=at[6], lease_until=at[6], live=False,
            call_id=call_id,
        )  # fmt: skip
    told = story(store, cast.asha.viewer, lead)
    due = at[2]
    assert told.moments == [
        NoteMoment(at[0], cast.ravi.name, False, "call ••••• ••210"),
        PromiseMoment(at[1], cast.asha.name, True, "done", due, "fee on +••••• ••210", None),
        StageMoment(at[3], None, False, "A", "B › b"),
        MergeMoment(at[4], cast.asha.name, True, "Ananya K", {"call": 2}),
        PromiseMoment(at[5], cast.ravi.name, False, "open", due, "fee on +••••• ••210", cast.asha.name),
        DialMoment(at[6], cast.asha.name, True, "refused", "no_balance"),
    ]
    assert (told.calls, told.notes, told.stages, told.more) == (0, 1, 1, False)


def test_what_a_counselor_made_of_a_call_stands_with_it(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, ended(store, cast.asha, lead, "c1", talk=60))
    put(
        store, disposition, id=1, label="Interested", position=1, directions="inbound", ends="talked",
        needs_follow_up=False, active=True,
    )  # fmt: skip
    with store.read() as tx:
        call_id = tx.scalar(select(call.c.id).where(call.c.lead_id == lead.id))
    put(
        store, wrap_up, call_id=call_id, lead_id=lead.id, person_id=cast.ravi.id, disposition_id=1,
        began_at=store.now(),
    )  # fmt: skip
    (only,) = story(store, cast.asha.viewer, lead).moments
    assert isinstance(only, CallMoment)
    assert (only.disposition, only.disposed_by) == ("Interested", cast.ravi.name)


def test_earlier_is_asked_for_and_nothing_is_lost_at_the_seam(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    for hours in range(1, 6):
        tell(store, cast, ended(store, cast.asha, lead, f"c{hours}", talk=60, ago=timedelta(hours=hours)))
        put(
            store, note, lead_id=lead.id, person_id=cast.asha.id,
            at=store.now() - timedelta(hours=hours, minutes=30),
            text_ct=store.vault.seal(f"after {hours}".encode(), TEXT),
        )  # fmt: skip
    old = store.now() - timedelta(hours=9)
    put(store, opening, lead_id=lead.id, person_id=cast.ravi.id, at=old, seen_until=old, how="link")
    short = story(store, cast.asha.viewer, lead, most=3)
    assert not any(isinstance(one, OpenedMoment) for one in short.moments), "of a time not shown yet"
    assert short.more
    assert (short.calls, short.notes) == (5, 5)
    assert sum(isinstance(one, CallMoment) for one in short.moments) == 3
    assert [one.text for one in short.moments if isinstance(one, NoteMoment)] == ["after 1", "after 2"]
    whole = story(store, cast.asha.viewer, lead, most=5)
    assert not whole.more
    assert len([one for one in whole.moments if isinstance(one, CallMoment | NoteMoment)]) == 10
    assert whole.moments[: len(short.moments)] == short.moments
