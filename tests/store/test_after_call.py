"""After the call: what is saved, by whom, how often, and what refuses to be saved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.rules.call import Direction, Outcome
from models.rules.wrapping import End
from models.store import choices, dispositions, follow_ups, notes, stages, unwrapped, wrap_ups
from models.store.base import Store
from models.store.dispositions import BadDisposition, Disposition
from models.store.openings import NoSuchLead
from models.store.wrap_ups import BadSave, Draft, Saved
from models.tables.calls import feed
from models.tables.leads import lead as lead_table
from models.tables.work import follow_up, note, stage_change, wrap_up
from tests.cast import Cast, Lead, Person
from tests.databases import Clock
from tests.telling import ended, rung, tell


@pytest.fixture(autouse=True)
def _list(store: Store) -> None:
    dispositions.ensure(store)


def named(store: Store, label: str) -> int:
    with store.read() as tx:
        return next(each.id for each in dispositions.listed(tx, retired=True) if each.label == label)


def waiting(store: Store, person: Person, lead: Lead) -> unwrapped.Waiting | None:
    with store.read() as tx:
        return unwrapped.waiting(tx, person.viewer, lead.id, now=store.now())


def talked(store: Store, cast: Cast, person: Person, lead: Lead, call: str = "c1", **more: Any) -> int:
    tell(store, cast, ended(store, person, lead, call, talk=60, **more))
    found = waiting(store, person, lead)
    assert found
    return found.call_id


def save(store: Store, person: Person, lead: Lead, **draft: Any) -> Saved:
    return wrap_ups.save(store, person.viewer, lead.id, Draft(**draft))


def rows(store: Store, table: Any) -> list[Any]:
    with store.read() as tx:
        return list(tx.execute(select(table)).all())


def feed_count(store: Store, kind: str) -> int:
    with store.read() as tx:
        return int(tx.scalar(select(func.count()).where(feed.c.kind == kind)) or 0)


def test_a_result_a_note_and_a_promise_are_one_save(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    clock.advance(seconds=25)
    due = clock.at + timedelta(days=1)
    done = save(
        store,
        cast.asha,
        lead,
        call_id=call,
        disposition_id=named(store, "Call back"),
        note="Father joins. Ring 98765 43210",
        due_at=due,
    )
    [kept] = rows(store, wrap_up)
    assert (kept.call_id, kept.note_id, kept.follow_up_id) == (call, done.note_id, done.follow_up_id)
    assert kept.ended_at - kept.began_at == timedelta(seconds=25)
    assert waiting(store, cast.asha, lead) is None
    with store.read() as tx:
        [shown] = notes.of_lead(tx, store.vault, cast.meera.viewer, lead.id)
        [promise] = follow_ups.queue(tx, cast.asha.viewer, now=store.now(), vault=store.vault)
    assert "98765" not in shown.text
    assert shown.text.startswith("Father joins")
    assert "98765" not in promise["why"]
    assert (promise["due_at"], promise["overdue"]) == (due.isoformat(), False)
    assert b"Father" not in rows(store, note)[0].text_ct


def test_saved_twice_it_is_kept_once(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    draft = {
        "call_id": talked(store, cast, cast.asha, lead),
        "disposition_id": named(store, "Interested"),
        "note": "Wants the hostel fee",
        "due_at": clock.at + timedelta(hours=3),
    }
    first = save(store, cast.asha, lead, **draft)
    before = len(rows(store, feed))
    clock.advance(minutes=30)
    second = save(store, cast.asha, lead, **draft)
    assert (first.again, second.again) == (False, True)
    assert [len(rows(store, each)) for each in (wrap_up, note, follow_up)] == [1, 1, 1]
    assert len(rows(store, feed)) == before


def test_nothing_is_kept_of_what_cannot_be_saved(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    other = cast.lead(owner=cast.asha)
    interested, busy = named(store, "Interested"), named(store, "Busy")
    for said, draft in (
        ("Nothing to save", {}),
        ("Nothing to save", {"call_id": call, "note": "  "}),
        ("cannot be said of this call", {"call_id": call, "disposition_id": busy, "note": "x"}),
        ("needs a follow-up", {"call_id": call, "disposition_id": named(store, "Call back"), "note": "x"}),
        ("needs a call", {"disposition_id": interested, "note": "x"}),
        ("not on the institution's list", {"call_id": call, "disposition_id": 9999, "note": "x"}),
    ):
        with pytest.raises(BadSave, match=said):
            save(store, cast.asha, lead, **draft)
    with pytest.raises(BadSave, match="not one of yours"):
        save(store, cast.asha, other, call_id=call, disposition_id=interested)
    with pytest.raises(BadSave, match="not one of yours"):
        save(store, cast.meera, lead, call_id=call, disposition_id=interested)
    with pytest.raises(NoSuchLead):
        save(store, cast.chitra, lead, note="mine now")
    with pytest.raises(notes.BadNote):
        save(store, cast.asha, lead, note="x" * 4001)
    assert [len(rows(store, each)) for each in (wrap_up, note, follow_up)] == [0, 0, 0]
    assert waiting(store, cast.asha, lead)


def test_a_second_result_for_one_call_is_refused(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    save(store, cast.asha, lead, call_id=call, disposition_id=named(store, "Interested"))
    with pytest.raises(BadSave, match="already: Interested, by Asha"):
        save(store, cast.asha, lead, call_id=call, disposition_id=named(store, "Not now"), note="lost?")
    assert len(rows(store, note)) == 0


def test_a_required_result_has_to_be_chosen(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    save(store, cast.asha, lead, note="without a call")
    choices.decide(store, cast.dev.viewer, "require_inbound", 1)
    found = waiting(store, cast.asha, lead)
    assert found
    assert found.required
    with pytest.raises(BadSave, match="inbound calls need one"):
        save(store, cast.asha, lead, call_id=call, note="only words")
    save(store, cast.asha, lead, call_id=call, disposition_id=named(store, "Interested"))


def test_a_note_during_the_call_does_not_end_it(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "live"))
    found = waiting(store, cast.asha, lead)
    assert found
    assert (found.end, found.ended_at, found.lapses_at) == (None, None, None)
    save(store, cast.asha, lead, call_id=found.call_id, note="Speaks Marathi")
    assert waiting(store, cast.asha, lead)
    clock.advance(seconds=60)
    tell(store, cast, ended(store, cast.asha, lead, "live", talk=40))
    found = waiting(store, cast.asha, lead)
    assert found
    assert found.end is End.TALKED
    assert found.lapses_at == clock.at + timedelta(seconds=60)


def test_an_unanswered_call_takes_one_key(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    unanswered = ended(store, cast.asha, lead, "out", direction=Direction.OUTBOUND, outcome=Outcome.BUSY)
    tell(store, cast, unanswered)
    found = waiting(store, cast.asha, lead)
    assert found
    with store.read() as tx:
        fitting = [d.label for d in dispositions.listed(tx) if d.fits(found.direction, found.end)]
    assert fitting == ["No answer", "Busy", "Switched off", "Call back", "Wrong number"]
    save(store, cast.asha, lead, call_id=found.call_id, disposition_id=named(store, "Busy"))


def test_a_disposition_moves_the_lead_and_asks_for_what_its_stage_asks(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    stages.add(store, dev, "Applied", needs_follow_up=True)
    with store.read() as tx:
        interested = next(each for each in dispositions.listed(tx) if each.label == "Interested")
    moves = Disposition(0, "Interested", interested.directions, interested.ends, stage="Applied")
    dispositions.change(store, dev, interested.id, moves)
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    with pytest.raises(BadSave, match="“Applied” needs a follow-up"):
        save(store, cast.asha, lead, call_id=call, disposition_id=interested.id)
    due = store.now() + timedelta(days=2)
    done = save(store, cast.asha, lead, call_id=call, disposition_id=interested.id, due_at=due)
    assert done.stage == "Applied"
    [change] = rows(store, stage_change)
    assert (change.from_stage, change.to_stage) == ("New", "Applied")
    with store.read() as tx:
        assert tx.scalar(select(lead_table.c.stage).where(lead_table.c.id == lead.id)) == "Applied"


def test_a_retired_stage_moves_nobody(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    stage = stages.add(store, dev, "Applied")
    made = dispositions.add(store, dev, Disposition(0, "Paid", ("inbound",), ("talked",), stage="Applied"))
    stages.change(store, dev, stage, active=False)
    lead = cast.lead(owner=cast.asha)
    call = talked(store, cast, cast.asha, lead)
    done = save(store, cast.asha, lead, call_id=call, disposition_id=made)
    assert done.stage is None
    assert rows(store, stage_change) == []


def test_the_next_promise_settles_the_one_before(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    asha = cast.asha.viewer
    first = follow_ups.make(store, asha, lead.id, clock.at + timedelta(hours=1), "fee")
    second = follow_ups.make(store, asha, lead.id, clock.at + timedelta(hours=2), "fee")
    clock.advance(hours=3)
    follow_ups.make(store, asha, lead.id, clock.at + timedelta(hours=2))
    states = {row.id: row.state for row in rows(store, follow_up)}
    assert (states[first], states[second]) == ("cancelled", "done")
    assert sorted(states.values()) == ["cancelled", "done", "open"]


def test_talking_does_what_was_due_and_an_unanswered_call_does_not(
    store: Store, cast: Cast, clock: Clock
) -> None:
    lead = cast.lead(owner=cast.asha)
    follow_ups.make(store, cast.asha.viewer, lead.id, clock.at + timedelta(hours=1))
    clock.advance(hours=2)
    unanswered = ended(store, cast.asha, lead, "out", direction=Direction.OUTBOUND, outcome=Outcome.NO_ANSWER)
    tell(store, cast, unanswered)
    found = waiting(store, cast.asha, lead)
    assert found
    save(store, cast.asha, lead, call_id=found.call_id, disposition_id=named(store, "No answer"))
    assert [row.state for row in rows(store, follow_up)] == ["open"]
    clock.advance(minutes=5)
    call = talked(store, cast, cast.asha, lead, "in")
    save(store, cast.asha, lead, call_id=call, disposition_id=named(store, "Interested"))
    assert [row.state for row in rows(store, follow_up)] == ["done"]


def test_each_is_reminded_once_of_what_falls_due(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    made = follow_ups.make(store, cast.asha.viewer, lead.id, clock.at + timedelta(hours=1), "loan letter")
    told = feed_count(store, "follow_up")
    assert follow_ups.remind(store) == 0
    clock.advance(hours=1)
    assert follow_ups.remind(store) == 1
    assert follow_ups.remind(store) == 0
    assert feed_count(store, "follow_up") == told + 1
    follow_ups.move(store, cast.asha.viewer, made, clock.at + timedelta(hours=1))
    clock.advance(hours=1)
    assert follow_ups.remind(store) == 1, "moved, it falls due again"


def test_who_may_settle_a_promise(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    due = clock.at + timedelta(hours=1)
    made = follow_ups.make(store, cast.meera.viewer, lead.id, due, person_id=cast.asha.id)
    with store.read() as tx:
        seen = {
            person.name: [row["id"] for row in follow_ups.queue(tx, person.viewer, now=store.now())]
            for person in cast.all()
        }
    mine = {name for name, ids in seen.items() if made in ids}
    assert mine == {cast.asha.name, cast.meera.name, cast.dev.name}
    act: Callable[..., None]
    for person in (cast.ravi, cast.chitra):
        for act, more in (
            (follow_ups.done, ()),
            (follow_ups.cancel, ()),
            (follow_ups.move, (due + timedelta(hours=1),)),
        ):
            with pytest.raises(follow_ups.NoSuchFollowUp):
                act(store, person.viewer, made, *more)
    for person in (cast.ravi, cast.chitra, cast.asha):
        with pytest.raises((PermissionError, NoSuchLead)):
            follow_ups.make(store, person.viewer, lead.id, due, person_id=cast.chitra.id)
    follow_ups.done(store, cast.meera.viewer, made)
    with pytest.raises(follow_ups.NoSuchFollowUp):
        follow_ups.done(store, cast.asha.viewer, made)


def test_only_an_admin_keeps_the_list(store: Store, cast: Cast) -> None:
    wanted = Disposition(0, "Visited", ("inbound",), ("talked",))
    for person in (cast.asha, cast.meera):
        for act in (
            lambda who: dispositions.add(store, who, wanted),
            lambda who: dispositions.change(store, who, 1, wanted),
            lambda who: dispositions.move(store, who, 1, 1),
        ):
            with pytest.raises(PermissionError):
                act(person.viewer)


def test_the_list_is_written_once_and_follows_the_admin(store: Store, cast: Cast) -> None:
    dispositions.ensure(store)
    dev = cast.dev.viewer
    with store.read() as tx:
        before = dispositions.listed(tx)
    assert [each.label for each in before] == [each.label for each in dispositions.DEFAULTS]
    dispositions.move(store, dev, before[1].id, -1)
    dispositions.move(store, dev, before[1].id, -1)
    for bad in (
        Disposition(0, " interested", ("inbound",), ("talked",)),
        Disposition(0, "", ("inbound",), ("talked",)),
        Disposition(0, "x" * 61, ("inbound",), ("talked",)),
        Disposition(0, "New", (), ("talked",)),
        Disposition(0, "New", ("inbound",), ()),
        Disposition(0, "New", ("sideways",), ("talked",)),
        Disposition(0, "New", ("inbound",), ("talked",), stage="Nowhere"),
    ):
        with pytest.raises(dispositions.BadDisposition):
            dispositions.add(store, dev, bad)
    retired = Disposition(0, "No answer", before[0].directions, before[0].ends, active=False)
    dispositions.change(store, dev, before[0].id, retired)
    with store.read() as tx:
        assert [each.label for each in dispositions.listed(tx)][:2] == ["Busy", "Switched off"]


def test_labels_that_differ_by_a_masked_number_are_one_label(store: Store, cast: Cast) -> None:
    """Their masks are alike, so the index would refuse the second: it is said before, and in words."""
    dev = cast.dev.viewer
    ways = ("inbound",), ("talked",)
    dispositions.add(store, dev, Disposition(0, "Gave 9123456781", *ways))
    other = dispositions.add(store, dev, Disposition(0, "Gave none", *ways))
    with pytest.raises(BadDisposition, match="already") as told:
        dispositions.add(store, dev, Disposition(0, "Gave 9876543781", *ways))
    assert "9876543781" not in str(told.value)
    with pytest.raises(BadDisposition, match="already"):
        dispositions.change(store, dev, other, Disposition(0, "Gave 9876543781", *ways))


def test_a_call_of_long_ago_waits_no_more(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    talked(store, cast, cast.asha, lead)
    clock.advance(days=3, minutes=1)
    assert waiting(store, cast.asha, lead) is None


def test_a_missed_call_can_be_disposed_of_by_whom_it_rang(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.ravi)
    tell(store, cast, ended(store, cast.asha, lead, "m1", outcome=Outcome.CANCELLED))
    assert waiting(store, cast.ravi, lead) is None
    found = waiting(store, cast.asha, lead)
    assert found
    assert (found.end, found.lapses_at) == (End.UNANSWERED, None)
    save(store, cast.asha, lead, call_id=found.call_id, disposition_id=named(store, "Wrong number"))
    with store.db.begin() as tx:
        tx.execute(update(wrap_up).values(person_id=cast.ravi.id))
    with pytest.raises(BadSave, match="by Ravi"):
        save(store, cast.asha, lead, call_id=found.call_id, disposition_id=named(store, "Wrong number"))
