"""Calls as rows: from the fold of their events to ``call``, ``offer`` and what a lead's row remembers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from models.rules import phone
from models.rules.call import Call, Direction, Outcome, is_anothers
from models.store import directory, lookups, tails
from models.store.base import Store
from models.store.directory import Directory, Somebody
from models.store.intent_links import Link
from models.store.lookups import Key
from models.store.prepared import delete_rows, insert_rows, update_rows
from models.tables.calls import call, offer
from models.tables.leads import lead, lead_phone

RECORDING = b"call.recording"
PHONE = b"lead_phone.phone"
TELEPHONY = "Telephony"
FIRST_STAGE = "New enquiry"
UNIX_EPOCH_DAY = 719163  # date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Case:
    """One call in a batch, with all that the later steps ask about it."""

    key: Key
    call_id: int
    before: Call | None
    call: Call
    lead: dict[str, Any] | None
    seats: Mapping[str, int]  # address → person, mapped seats only
    people: Mapping[int, Somebody]
    did_team: int | None
    connection_team: int | None
    connection_label: str
    left: int | None = None  # the lead it was filed under until now, where that is another one
    dialled_by: int | None = None  # whose click it comes from

    @property
    def offered_people(self) -> list[int]:
        return [self.seats[o.seat] for o in self.call.offers if o.seat in self.seats]

    @property
    def talked_person(self) -> int | None:
        return self.seats.get(self.call.talked_seat) if self.call.talked_seat else None


def local_day(moment: datetime, zone: ZoneInfo) -> int:
    """Days since 1970-01-01 of the calendar day ``moment`` falls on in ``zone``."""
    return moment.astimezone(zone).date().toordinal() - UNIX_EPOCH_DAY


def write(
    store: Store,
    tx: Connection,
    folds: Mapping[Key, tuple[Call | None, Call]],
    now: datetime,
    *,
    anew: bool,
    links: Mapping[Key, Link],
) -> list[Case]:
    """Insert or update the rows of every folded call; the cases in the folds' order.

    ``links`` are the clicks calls come from: whom they dialled is known from there, whatever number is told.
    ``anew`` writes offers again although no event is new: whose a seat is may have changed, a ring have lapsed.
    """
    known = directory.of(tx)
    rows = lookups.calls(tx, folds)
    filed = {key: lead_id for key, (_, lead_id) in rows.items() if lead_id}
    staying = {key: lead_id for key, lead_id in filed.items() if not is_anothers(*folds[key])}
    staying |= {key: link.lead_id for key, link in links.items()}
    leads = _find_leads(store, tx, folds, staying, now)
    index: dict[str, bytes] = {}
    cases = []
    for key, (before, after) in folds.items():
        line = known.lines[key[0]]
        cases.append(
            Case(
                key=key,
                call_id=rows[key][0] if key in rows else 0,
                before=before,
                call=after,
                lead=leads.get(key),
                seats=seats_of(store, known, key[0], after, index),
                people=known.people,
                did_team=known.did_teams.get(after.did) if after.did else None,
                connection_team=line.team_id,
                connection_label=line.label,
                left=filed.get(key) if filed.get(key) != staying.get(key) else None,
                dialled_by=links[key].person_id if key in links else None,
            )
        )
    _write_calls(store, tx, cases, now)
    _write_offers(tx, cases, index, anew)
    _write_leads(tx, cases, now)
    return cases


def seats_of(
    store: Store, known: Directory, connection_id: int, folded: Call, index: dict[str, bytes]
) -> dict[str, int]:
    """Who sits at each address the call was offered to; ``index`` collects the addresses' blind indexes."""
    addresses = {made.seat for made in folded.offers}
    if folded.talked_seat:
        addresses.add(folded.talked_seat)
    found = {}
    for address in addresses:
        if address not in index:
            index[address] = store.vault.index(address)
        person_id = known.seats.get((connection_id, index[address]))
        if person_id:
            found[address] = person_id
    return found


def _find_leads(
    store: Store,
    tx: Connection,
    folds: Mapping[Key, tuple[Call | None, Call]],
    staying: Mapping[Key, int],
    now: datetime,
) -> dict[Key, dict[str, Any]]:
    """The lead of each call; a number nobody knows makes a new one, and so does a finished call
    without a number, so that what it raises can be shown and cleared."""
    by_id = lookups.leads_by_id(tx, set(staying.values()))
    customers = {
        key: after.customer for key, (_, after) in folds.items() if after.customer and key not in staying
    }
    index = {customer: store.vault.index(customer) for customer in set(customers.values())}
    by_number = lookups.leads_by_number(tx, set(index.values()))
    unknown = [customer for customer, ix in index.items() if ix not in by_number]
    nameless = [
        key for key, (_, after) in folds.items() if after.over and not after.customer and key not in staying
    ]
    made = _make_leads(store, tx, [phone.mask(number) for number in unknown] + [""] * len(nameless), now)
    if unknown:
        insert_rows(
            tx,
            lead_phone,
            [
                {
                    "lead_id": new["id"],
                    "phone_ix": index[number],
                    "phone_ct": store.vault.seal(number.encode(), PHONE),
                    "mask": new["mask"],
                    "position": 0,
                    "tail_ix": tails.of_number(store.vault, number),
                }
                for number, new in zip(unknown, made, strict=False)
            ],
        )
    by_number.update({index[number]: new for number, new in zip(unknown, made, strict=False)})
    # One lead may be found both ways; what the batch changes of it must be seen by all its calls.
    by_number = {ix: by_id.get(row["id"], row) for ix, row in by_number.items()}
    found = {key: by_number[index[customer]] for key, customer in customers.items()}
    found.update({key: by_id[lead_id] for key, lead_id in staying.items()})
    found.update(dict(zip(nameless, made[len(unknown) :], strict=True)))
    return found


def _make_leads(store: Store, tx: Connection, masks: list[str], now: datetime) -> list[dict[str, Any]]:
    if not masks:
        return []
    rows = [
        {
            "name": phone.name_of(mask),
            "stage": FIRST_STAGE,
            "source": TELEPHONY,
            "created_at": now,
            "updated_at": now,
            "worked_at": now,
        }
        for mask in masks
    ]
    ids = store.db.next_ids(tx, lead, len(rows))
    insert_rows(tx, lead, [{**row, "id": lead_id} for row, lead_id in zip(rows, ids, strict=True)])
    empty = {column.name: None for column in lookups.LEAD_COLUMNS}
    return [
        {**empty, **row, "id": lead_id, "mask": mask or None}
        for row, lead_id, mask in zip(rows, ids, masks, strict=True)
    ]


def _write_calls(store: Store, tx: Connection, cases: list[Case], now: datetime) -> None:
    new = [case for case in cases if not case.call_id]
    old = [case for case in cases if case.call_id]
    if new:
        for case, call_id in zip(new, store.db.next_ids(tx, call, len(new)), strict=True):
            case.call_id = call_id
        names = ("connection_id", "provider_call_id")
        insert_rows(
            tx, call, [dict(zip(names, each.key, strict=True)) | _row(store, each, now) for each in new]
        )
    if old:
        update_rows(tx, call, [_row(store, case, now) for case in old])


def _row(store: Store, case: Case, now: datetime) -> dict[str, Any]:
    folded = case.call
    local = folded.started_at.astimezone(store.rules.zone)
    return {
        "id": case.call_id,
        "direction": folded.direction,
        "lead_id": case.lead["id"] if case.lead else None,
        "person_id": _person(case),
        # some providers put the lead's own number there too; it must not be kept in clear
        "did": folded.did if folded.did != folded.customer else None,
        "campaign": folded.campaign,
        "intent": folded.intent,
        "started_at": folded.started_at,
        "answered_at": folded.answered_at,
        "ended_at": folded.ended_at,
        "over": folded.over,
        "outcome": folded.outcome,
        "talk_seconds": folded.talk_seconds,
        "ring_seconds": folded.ring_seconds,
        "recording_ct": store.vault.seal(folded.recording.encode(), RECORDING) if folded.recording else None,
        "disposition": folded.disposition,
        "machine": folded.machine,
        "words": ", ".join(folded.words)[:400],
        "settle_at": folded.settle_at,
        "local_day": local.toordinal() - UNIX_EPOCH_DAY,
        "local_hour": local.hour,
        "changed_at": now,
    }


def _person(case: Case) -> int | None:
    """Who talked; for an outbound call nobody answered, who dialled."""
    if case.call.talked_seat or case.dialled_by:
        return case.talked_person or case.dialled_by
    outbound = case.call.direction is Direction.OUTBOUND
    return case.offered_people[0] if outbound and case.offered_people else None


def _write_offers(tx: Connection, cases: list[Case], index: Mapping[str, bytes], anew: bool) -> None:
    changed = [
        case for case in cases if anew or case.before is None or case.before.offers != case.call.offers
    ]
    stale = [case.call_id for case in changed if case.before is not None and (anew or case.before.offers)]
    if stale:
        delete_rows(tx, offer.c.call_id, stale)
    rows = [
        {
            "call_id": case.call_id,
            "position": position,
            "person_id": case.seats.get(made.seat),
            "seat_ix": index[made.seat],
            "seat_mask": phone.seat_label(made.seat),
            "offered_at": made.at,
            "ended_at": made.ended_at,
            "ring_seconds": made.ring_seconds,
            "answered": made.answered,
            "reason": made.reason,
        }
        for case in changed
        for position, made in enumerate(case.call.offers)
    ]
    if rows:
        insert_rows(tx, offer, rows)


def _write_leads(tx: Connection, cases: Iterable[Case], now: datetime) -> None:
    """When a lead was last worked on and last talked to; who owns a lead that telephony made."""
    worked: dict[int, dict[str, Any]] = {}
    talked: dict[int, dict[str, Any]] = {}
    owned: dict[int, dict[str, Any]] = {}
    for case in cases:
        found, folded = case.lead, case.call
        if found is None:
            continue
        lead_id = found["id"]
        if folded.started_at > found["worked_at"]:
            found["worked_at"] = folded.started_at
            worked[lead_id] = {"id": lead_id, "worked_at": folded.started_at, "updated_at": now}
        talker = case.talked_person
        if talker is None or not folded.over or folded.outcome is not Outcome.CONNECTED:
            continue
        if found["last_talk_at"] is None or folded.started_at > found["last_talk_at"]:
            talk = {
                "last_talk_at": folded.started_at,
                "last_talk_by": talker,
                "last_talk_seconds": folded.talk_seconds,
            }
            found.update(talk)
            talked[lead_id] = {"id": lead_id, **talk, "updated_at": now}
        if found["owner_id"] is None and found["source"] == TELEPHONY:
            found["owner_id"] = talker
            owned[lead_id] = {"id": lead_id, "owner_id": talker, "updated_at": now}
    # A statement of its own for each, as a column that is named is written, and so is every index it is in.
    for rows in (worked, talked, owned):
        if rows:
            update_rows(tx, lead, list(rows.values()))
