"""Two leads are merged between somebody's reading and their writing: what they write lands on the lead that stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from typing import cast as typed

import pytest
from sqlalchemy import func, select

from models.rules.dialling import Mode
from models.rules.wrapping import End
from models.store import (
    dispositions,
    follow_ups,
    intents,
    lead_editing,
    merging,
    openings,
    stages,
    unwrapped,
    wrap_ups,
)
from models.store.base import Store
from models.tables.leads import opening
from models.tables.people import audit
from models.tables.work import follow_up, intent, note, stage_change, wrap_up
from tests.cast import Cast
from tests.telling import ended, tell


class Between:
    """A store in which something happens after a function's reads and before its write."""

    def __init__(self, store: Store, act: Callable[[], Any]) -> None:
        self.store, self.act, self.done = store, act, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def write(self, work: Callable[..., Any]) -> Any:
        if not self.done:
            self.done = True
            self.act()
        return self.store.write(work)


REFERENCE = "z" * 16


def raced(store: Store, cast: Cast, kept: int, gone: int) -> Store:
    return typed("Store", Between(store, lambda: merging.merge(store, cast.dev.viewer, kept, gone, {})))


def on(store: Store, lead_id: int) -> dict[str, int]:
    """How much of what people write belongs to the lead."""
    with store.read() as tx:
        found = {
            table.name: tx.scalar(select(func.count()).where(table.c.lead_id == lead_id)) or 0
            for table in (note, follow_up, wrap_up, stage_change, opening, intent)
        }
        subject = audit.c.subject == f"lead:{lead_id}"
        found["audit"] = tx.scalar(select(func.count()).where(subject, audit.c.action != "lead.merged")) or 0
    return {name: n for name, n in found.items() if n}


def test_a_call_s_result_lands_on_the_lead_that_stays(store: Store, cast: Cast) -> None:
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha)
    tell(store, cast, ended(store, cast.asha, gone, "c1", talk=60))
    with store.read() as tx:
        waiting = unwrapped.waiting(tx, cast.asha.viewer, gone.id, now=store.now())
    assert waiting is not None
    draft = wrap_ups.Draft(waiting.call_id, None, "She pays tomorrow", store.now() + timedelta(hours=3))
    dispositions.ensure(store)
    with store.read() as tx:
        chosen = next(one.id for one in dispositions.listed(tx) if one.fits("inbound", End.TALKED))
    draft = replace(draft, disposition_id=chosen)
    before = raced(store, cast, kept.id, gone.id)
    assert wrap_ups.save(before, cast.asha.viewer, gone.id, draft).note_id
    assert on(store, gone.id) == {}
    assert on(store, kept.id).items() >= {"note": 1, "follow_up": 1, "wrap_up": 1}.items()


@pytest.mark.parametrize("what", ["promise", "edit", "stage", "open"])
def test_what_is_written_lands_on_the_lead_that_stays(store: Store, cast: Cast, what: str) -> None:
    kept, gone, asha = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha), cast.asha.viewer
    stages.add(store, cast.dev.viewer, "Applied")
    tell(store, cast, ended(store, cast.asha, kept, "c2"))
    before = raced(store, cast, kept.id, gone.id)
    if what == "promise":
        follow_ups.make(before, asha, gone.id, store.now() + timedelta(hours=1))
    elif what == "edit":
        assert lead_editing.edit(before, asha, gone.id, {"city": "Bhopal"}, {"city": "Indore"}).saved
    elif what == "stage":
        assert lead_editing.move(before, asha, gone.id, ("Applied", None), ("New", None)).saved
    else:
        opened = openings.open_profile(before, asha, gone.id, "link")
        assert (opened.lead_id, len(opened.cleared)) == (kept.id, 1), "shown is what was cleared"
    assert on(store, gone.id) == {}
    expected = {
        "promise": {"follow_up": 1}, "edit": {"audit": 1}, "stage": {"stage_change": 1, "audit": 1},
        "open": {"opening": 1},
    }  # fmt: skip
    assert on(store, kept.id) == expected[what]


def test_what_the_other_lead_says_is_not_overwritten_unseen(store: Store, cast: Cast) -> None:
    kept, gone = cast.lead(owner=cast.asha, city="Dewas"), cast.lead(owner=cast.asha, city="Indore")
    before = raced(store, cast, kept.id, gone.id)
    late = lead_editing.edit(before, cast.asha.viewer, gone.id, {"city": "Bhopal"}, {"city": "Indore"})
    assert (late.saved, late.newer) == (False, {"city": "Dewas"})


def test_a_number_the_screen_did_not_show_is_not_dialled(store: Store, cast: Cast) -> None:
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.asha)
    with pytest.raises(intents.NotBegun) as refused:
        intents.begin(
            raced(store, cast, kept.id, gone.id), cast.asha.viewer, lead_id=gone.id, reference=REFERENCE,
            mode=Mode.HARDPHONE,
        )  # fmt: skip
    assert refused.value.code == "merged"
    assert on(store, gone.id) == on(store, kept.id) == {}


def test_nothing_lands_on_a_lead_of_somebody_else_s(store: Store, cast: Cast) -> None:
    viewer, due = cast.asha.viewer, store.now() + timedelta(hours=1)

    def fresh() -> tuple[Store, int]:
        kept, gone = cast.lead(owner=cast.chitra), cast.lead(owner=cast.asha)
        return raced(store, cast, kept.id, gone.id), gone.id

    tried: list[tuple[Callable[[Store, int], Any], type[Exception]]] = [
        (lambda s, lead: openings.open_profile(s, viewer, lead, "link"), openings.NoSuchLead),
        (lambda s, lead: follow_ups.make(s, viewer, lead, due), openings.NoSuchLead),
        (lambda s, lead: wrap_ups.save(s, viewer, lead, wrap_ups.Draft(note="x")), openings.NoSuchLead),
        (
            lambda s, lead: lead_editing.edit(s, viewer, lead, {"city": "B"}, {"city": "Indore"}),
            lead_editing.NotEditable,
        ),
    ]
    for act, refusal in tried:
        before, gone = fresh()
        with pytest.raises(refusal):
            act(before, gone)
    with store.read() as tx:
        for table in (note, follow_up, opening):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
