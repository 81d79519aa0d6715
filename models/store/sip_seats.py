"""Seats at a provider's SIP server: giving them, and what a person's softphone needs to be that seat."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.rules import softphone
from models.rules.access import Role, Viewer
from models.rules.phone import seat_label
from models.store import audit
from models.store.connections import ADDRESS
from models.store.rotation import SECRETS
from models.store.vault import Vault
from models.tables.people import audit as audit_table
from models.tables.people import person
from models.tables.telephony import connection, did, seat

SIP = "sip"
PASSWORD = b"seat.secret"
GIVEN_OUT = "softphone.credentials"


@dataclass(frozen=True, slots=True)
class Line:
    """One server at which a person's softphone registers. ``password`` is for that person's browser only; it ends
    at ``until`` (None: it does not end). ``problem`` says in plain words why the line cannot be used, if so."""

    connection_id: int
    label: str
    url: str = ""
    aor: str = ""
    user: str = ""
    password: str = ""
    arm: str = softphone.ARMS[0]
    until: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of one's own team to whom a call can be handed on, over a line both have."""

    connection_id: int
    name: str
    uri: str


def give(
    tx: Connection, vault: Vault, *, connection_id: int, person_id: int, address: str, password: str | None
) -> None:
    """Make an address this person's softphone. ``password``: its own, where the connection has no shared secret;
    None leaves what there is.

    Raises ``softphone.BadAddress``, and ``ValueError`` for an address that is somebody else's, or that is the same
    SIP user as another seat's: two browsers would register as one, and each get the other's calls.
    """
    _refuse_same_user(tx, vault, connection_id, address)
    kept = vault.seal(password.encode(), PASSWORD) if password else None
    ours = (seat.c.connection_id == connection_id) & (seat.c.address_ix == vault.index(address))
    whose = tx.scalar(select(seat.c.person_id).where(ours))
    if whose is None:
        values = {
            "connection_id": connection_id,
            "person_id": person_id,
            "address_ix": vault.index(address),
            "address_ct": vault.seal(address.encode(), ADDRESS),
            "mask": seat_label(address),
        }
        tx.execute(insert(seat).values(**values, kind=SIP, secret_ct=kept))
    elif whose != person_id:
        raise ValueError("this address is somebody else's; with --move it becomes theirs")
    else:
        tx.execute(update(seat).where(ours).values({"kind": SIP, **({"secret_ct": kept} if kept else {})}))


def _refuse_same_user(tx: Connection, vault: Vault, connection_id: int, address: str) -> None:
    """``sip:desk1@a``, ``sips:desk1@b`` and ``desk1`` are one user of the connection's server, and so is ``Desk1`` at
    servers that read names in any case. Addresses are sealed, so that the database cannot tell."""
    asked = softphone.user(address).casefold()
    others = select(seat.c.address_ct).where(
        seat.c.connection_id == connection_id,
        seat.c.kind == SIP,
        seat.c.address_ix != vault.index(address),
    )
    for sealed in tx.scalars(others):
        try:
            taken = softphone.user(vault.open(sealed, ADDRESS).decode()).casefold()
        except softphone.BadAddress:
            continue  # it registers nowhere
        if taken == asked:
            raise ValueError(
                "another seat of this connection is the same SIP user already; remove that one first"
            )


def has_line(tx: Connection, viewer: Viewer) -> bool:
    """Has this person a softphone seat at a connection that is on?"""
    return tx.execute(_mine(viewer).limit(1)).first() is not None


def lines(tx: Connection, vault: Vault, viewer: Viewer, now: datetime) -> list[Line]:
    """The viewer's own lines, with credentials that live ``CREDENTIAL_SECONDS``: for the viewer's own browser."""
    return [_line(vault, row, now) for row in tx.execute(_mine(viewer))]


def colleagues(tx: Connection, vault: Vault, viewer: Viewer) -> list[Colleague]:
    """To whom the viewer may hand on a call: active counselors of the viewer's team with a softphone at a connection
    where the viewer has one too, by name."""
    mine = select(seat.c.connection_id).where(seat.c.person_id == viewer.person_id, seat.c.kind == SIP)
    rows = tx.execute(
        select(person.c.name, seat.c.address_ct, connection.c.id, connection.c.settings)
        .join(person, person.c.id == seat.c.person_id)
        .join(connection, connection.c.id == seat.c.connection_id)
        .where(
            seat.c.kind == SIP,
            seat.c.connection_id.in_(mine),
            connection.c.active,
            person.c.active,
            person.c.role == Role.COUNSELOR.value,
            person.c.team_id.in_(viewer.teams),
            person.c.id != viewer.person_id,
        )
        .order_by(person.c.name, seat.c.id)
    )
    found = []
    for row in rows:
        try:
            name = softphone.user(vault.open(row.address_ct, ADDRESS).decode())
            host = softphone.domain(json.loads(row.settings).get("sip_domain"))
        except softphone.BadAddress:
            continue  # their own softphone tells them what is wrong with it
        found.append(Colleague(row.id, row.name, f"sip:{name}@{host}"))
    return found


def own_numbers(tx: Connection, viewer: Viewer) -> list[str]:
    """The numbers of the viewer's teams, and of no team, by which a caller that shows one is known to be ourselves."""
    ours = did.c.team_id.in_(viewer.teams) | did.c.team_id.is_(None)
    return list(tx.scalars(select(did.c.number).where(ours).order_by(did.c.number)))


def origins(tx: Connection, viewer: Viewer) -> list[str]:
    """The SIP servers the viewer's browser has to be allowed to speak to, as a content policy names them."""
    found = set()
    for row in tx.execute(_mine(viewer)):
        try:
            found.add(softphone.origin(softphone.server(json.loads(row.settings).get("sip_wss_url"))))
        except softphone.BadAddress:
            continue  # ``lines`` tells the person
    return sorted(found)


def note_given_out(tx: Connection, viewer: Viewer, session: str, at: datetime) -> None:
    """Keep that this person's browser was given SIP credentials, once a session (``session`` names it, no secret)."""
    before = select(audit_table.c.id).where(
        audit_table.c.person_id == viewer.person_id,
        audit_table.c.action == GIVEN_OUT,
        audit_table.c.detail == session,
    )
    if tx.execute(before.limit(1)).first() is None:
        audit.by_person(tx, at, viewer, GIVEN_OUT, f"person:{viewer.person_id}", session)


def _mine(viewer: Viewer) -> Any:
    return (
        select(
            seat.c.address_ct,
            seat.c.secret_ct,
            connection.c.id,
            connection.c.label,
            connection.c.settings,
            connection.c.secrets_ct,
        )
        .join(connection, connection.c.id == seat.c.connection_id)
        .where(seat.c.person_id == viewer.person_id, seat.c.kind == SIP, connection.c.active)
        .order_by(connection.c.label, seat.c.id)
    )


def _line(vault: Vault, row: Any, now: datetime) -> Line:
    settings = json.loads(row.settings)
    try:
        url, host = (
            softphone.server(settings.get("sip_wss_url")),
            softphone.domain(settings.get("sip_domain")),
        )
        name = softphone.user(vault.open(row.address_ct, ADDRESS).decode())
    except softphone.BadAddress as why:
        return Line(row.id, row.label, problem=str(why))
    arm = settings.get("sip_arm") or softphone.ARMS[0]
    if arm not in softphone.ARMS:
        return Line(row.id, row.label, problem='the setting sip_arm is neither "header" nor "next"')
    aor = f"sip:{name}@{host}"
    if row.secret_ct:
        own = vault.open(row.secret_ct, PASSWORD).decode()
        return Line(row.id, row.label, url, aor, name, own, arm)
    secrets = json.loads(vault.open(row.secrets_ct, SECRETS)) if row.secrets_ct else {}
    if not secrets.get("sip_secret"):
        return Line(row.id, row.label, problem="neither the connection nor this seat has a SIP secret")
    until = now + timedelta(seconds=softphone.CREDENTIAL_SECONDS)
    told, password = softphone.credential(secrets["sip_secret"], name, until)
    return Line(row.id, row.label, url, aor, told, password, arm, until)
