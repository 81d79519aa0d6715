"""Fill an empty database with the demo institution. The calls go the way live ones go."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import Connection

from dashapp.cli.demo import afterwork, doubles
from dashapp.cli.demo import leads as prospects
from dashapp.cli.demo.calls import Agent, Caller, Told
from dashapp.cli.demo.history import Book, Past, Shift, shifts
from dashapp.cli.demo.institution import LINES, MEMBERS, RULES, TEAMS, Member, abilities, handset
from dashapp.cli.demo.looks import openings, settle_looks
from models.rules.access import Role
from models.store import bulk, bulk_work, connections, dids, people, skills
from models.store.base import Store
from models.store.events import seal
from models.store.journal import Item, Verdict, write_batch

SEED = 20260723
BATCH = 500

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Founded:
    """Ids of what was written: teams by name, people by e-mail, connections by slug."""

    teams: Mapping[str, int]
    people: Mapping[str, int]
    connections: Mapping[str, int]


def found(store: Store, tx: Connection, passwords: Mapping[str, str]) -> Founded:
    """Teams, people (``passwords`` by e-mail), lines, seats and DIDs."""
    now = store.now()
    begun = now - timedelta(days=400)
    teams = {name: people.add_team(tx, name) for name in TEAMS}
    ids = {
        member.email: people.add(
            tx,
            name=member.name,
            email=member.email,
            role=member.role,
            password=passwords[member.email],
            at=begun,
            team_id=teams[member.team] if member.team else None,
            supervised=[teams[name] for name in member.supervises],
        )
        for member in MEMBERS
    }
    for member in MEMBERS:
        skills.change(tx, ids[member.email], add=abilities(member))
    lines: dict[str, int] = {}
    for line in LINES:
        lines[line.slug] = connections.add(
            tx,
            store.vault,
            slug=line.slug,
            vendor=line.vendor,
            label=line.label,
            at=begun,
            zone=store.rules.zone.key,
            country=store.rules.country,
            team_id=teams[line.team],
        )
        for number, label, team in line.dids:
            connections.add_did(tx, number=number, label=label, team_id=teams[team])
            if rules := RULES.get(number):
                dids.change(
                    tx, number, strategies=rules.strategies, asked=rules.asked, fallback=rules.fallback
                )
        for place, member in enumerate(_counselors()):
            connections.add_seat(
                tx,
                store.vault,
                connection_id=lines[line.slug],
                person_id=ids[member.email],
                address=handset(place),
            )
    return Founded(teams, ids, lines)


def fill(store: Store, passwords: Mapping[str, str], say: Say = lambda _: None) -> int:
    """The whole institution with its past; returns the number of calls. The database must be empty."""
    rng = Random(SEED)
    now = store.now()
    with store.db.begin() as tx:
        founded = found(store, tx, passwords)
        agents = _agents(rng, founded)
        callers, strangers, known = _write_leads(store, tx, rng, agents, founded, now)
    say(f"{len(MEMBERS)} people, {len(callers)} leads")
    worked = shifts(rng, agents, now, store.rules.zone)
    book = Book(
        own={agent.place: [one for one in callers if one.keeper is agent] for agent in agents},
        all=callers,
    )
    told = Past(rng, book, iter(strangers), now, store.rules.zone).calls(worked)
    settle_looks(rng, told, now, store.rules.zone)
    _write_strangers(store, told, strangers)
    with store.db.begin() as tx:
        bulk.add_openings(tx, openings(told, now))
        bulk.add_presence(tx, list(_presence(worked, now, now.astimezone(store.rules.zone).date())))
    _write_calls(store, told, say)
    afterwork.write(store, known, Random(SEED + 1))
    with store.db.begin() as tx:
        bulk.refresh_statistics(tx)
    return len(told)


def _counselors() -> list[Member]:
    return [member for member in MEMBERS if member.role is Role.COUNSELOR]


def _agents(rng: Random, founded: Founded) -> list[Agent]:
    dids = {founded.connections[line.slug]: [number for number, _, _ in line.dids] for line in LINES}
    agents = []
    for place, member in enumerate(_counselors()):
        team = member.team or ""
        own_first = sorted(LINES, key=lambda line: line.team != team)
        agents.append(
            Agent(
                place=place,
                person_id=founded.people[member.email],
                team=team,
                lines={founded.connections[line.slug]: handset(place) for line in own_first},
                dids=dids,
                diligence=rng.uniform(0.7, 1.3),
                charm=rng.uniform(0.75, 1.3),
                care=rng.uniform(0.8, 0.96),
                late=float(rng.random() < 0.3),
            )
        )
    return agents


def _write_leads(
    store: Store, tx: Connection, rng: Random, agents: Sequence[Agent], founded: Founded, now: datetime
) -> tuple[list[Caller], list[Caller], list[afterwork.Known]]:
    """All leads (oldest first), the strangers who are still to call, and what counselors know of the leads.

    Second entries of somebody are written too; nobody calls them.
    """
    places = [[agent.place for agent in agents if agent.team == team] for team in TEAMS]
    people_made = prospects.invent(rng, now, places, TEAMS)
    own = Random(SEED + 2)
    everybody = people_made + doubles.invent(own, people_made)
    owners = [None if one.owner is None else agents[one.owner].person_id for one in everybody]
    all_ids = bulk.add_leads(
        tx, store.vault, [_row(one, owner) for one, owner in zip(everybody, owners, strict=True)]
    )
    ids = all_ids[: len(people_made)]
    changes = afterwork.stage_changes(
        own, zip(all_ids, everybody, owners, strict=True), now, store.rules.zone
    )
    bulk_work.add_stage_changes(tx, list(changes))
    bulk.add_applications(
        tx,
        [
            bulk.NewApplication(
                lead_id=lead_id,
                programme=one.programme or "",
                stage=one.stage,
                payment=one.applied.payment,
                steps_done=one.applied.steps_done,
                steps_total=prospects.STEPS,
                created_at=one.applied.created_at,
                updated_at=one.applied.updated_at,
                form=one.applied.form,
                missing=one.applied.missing,
            )
            for lead_id, one in zip(ids, people_made, strict=True)
            if one.applied
        ],
    )
    team_lines = {
        team: [
            (founded.connections[line.slug], number)
            for line in LINES
            for number, _, of in line.dids
            if of == team
        ]
        for team in TEAMS
    }
    teammates = {team: [agent for agent in agents if agent.team == team] for team in TEAMS}

    def caller(one: prospects.Prospect, lead_id: int) -> Caller:
        keeper = rng.choice(teammates[one.team]) if one.owner is None else agents[one.owner]
        return Caller(one.phone, one.created_at, team_lines[one.team], keeper, lead_id)

    known = [caller(one, lead_id) for lead_id, one in zip(ids, people_made, strict=True)]
    unknown = [
        caller(prospects.stranger(prospects.stranger_number(rng), now, rng.choice(TEAMS)), 0)
        for _ in range(prospects.STRANGERS)
    ]
    about = [
        afterwork.Known(lead_id, one.programme or "", one.city or "")
        for lead_id, one in zip(ids, people_made, strict=True)
    ]
    return known, unknown, about


def _write_strangers(store: Store, told: Sequence[Told], strangers: Sequence[Caller]) -> None:
    """The leads their first call made: unowned, as the journal would have made them at that moment."""
    called = {id(call.caller) for call in told}
    new = [one for one in strangers if id(one) in called]
    rows = [_row(prospects.stranger(one.phone, one.created_at, ""), None) for one in new]
    with store.db.begin() as tx:
        for one, lead_id in zip(new, bulk.add_leads(tx, store.vault, rows), strict=True):
            one.lead_id = lead_id


def _row(one: prospects.Prospect, owner_id: int | None) -> bulk.NewLead:
    return bulk.NewLead(
        name=one.name,
        phone=one.phone,
        stage=one.stage,
        source=one.source,
        created_at=one.created_at,
        email=one.email,
        programme=one.programme,
        city=one.city,
        region=one.region,
        language=one.language,
        sub_stage=one.sub_stage,
        owner_id=owner_id,
    )


def _write_calls(store: Store, told: Sequence[Told], say: Say) -> None:
    for start in range(0, len(told), BATCH):
        batch = told[start : start + BATCH]
        at = batch[-1].ended_at + timedelta(seconds=5)
        then = replace(store, now=lambda at=at: at)  # type: ignore[misc]
        items = [
            Item(
                connection_id=call.connection_id,
                door="call-log",
                received_at=call.ended_at,
                raw=None,
                events=seal(store.vault, call.events),
                verdict=Verdict.RECORDED,
                quiet=True,
            )
            for call in batch
        ]
        with store.db.begin() as tx:
            write_batch(then)(tx, items)
        if start // BATCH % 20 == 0:
            say(f"{start + len(batch)} of {len(told)} past calls")


def _presence(worked: Sequence[Shift], now: datetime, today: date) -> Iterator[bulk.Interval]:
    """Past working days, and everybody here now; every eighth on a break."""
    for shift in worked:
        if shift.begins.date() == today:
            continue
        person = shift.agent.person_id
        yield bulk.Interval(person, "in", shift.begins, shift.pause)
        yield bulk.Interval(person, "break", shift.pause, shift.resumes, "Lunch")
        yield bulk.Interval(person, "in", shift.resumes, shift.ends)
    agents = {shift.agent.place: shift.agent for shift in worked}
    begun = {shift.agent.place: shift.begins for shift in worked if shift.begins.date() == today}
    for place, agent in sorted(agents.items()):
        since = min(begun.get(place, now), now - timedelta(minutes=20 + 3 * place))
        if place % 8 == 5:
            left = now - timedelta(minutes=6)
            yield bulk.Interval(agent.person_id, "in", since, left)
            yield bulk.Interval(agent.person_id, "break", left, None, "Tea")
        else:
            yield bulk.Interval(agent.person_id, "in", since, None)
