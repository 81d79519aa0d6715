"""What the doctor says of placing calls."""

from sqlalchemy import insert, update

from models.store import people
from models.store.base import Store
from models.store.connections import ADDRESS
from models.tables.people import person
from models.tables.telephony import connection, seat
from tests.cast import Cast
from tests.house.commands import Run

DIAL_URL = 'dial_url="https://calls.example.com/dial"'


def dialling(run: Run) -> str:
    return "\n".join(line for line in run("doctor")[1].splitlines() if " dialling " in line)


def test_a_connection_that_could_call_and_has_nobody(run: Run, on: Store, cast: Cast) -> None:
    slug = cast.connection.slug
    assert run("connection", "set", slug, "--setting", "dial_url=null")[0] == 0
    assert "no connection is set up to place calls" in dialling(run)
    assert f'{slug} cannot place calls: fill in "Address that places calls"' in dialling(run)
    assert run("connection", "set", cast.connection.slug, "--setting", DIAL_URL)[0] == 0
    assert f"ok     dialling       {cast.connection.slug} can place calls for" in dialling(run)
    assert run("connection", "add", "spare", "--vendor", "open", "--label", "Spare")[0] == 0
    assert "spare can place calls" not in dialling(run), "it has not been told where"
    assert "spare cannot place calls" in dialling(run)
    assert f"{slug} cannot place calls" not in dialling(run)
    assert run("connection", "set", "spare", "--setting", DIAL_URL)[0] == 0
    assert "spare can place calls, but no counselor has a seat there" in dialling(run)
    assert run("connection", "seat", "spare", "asha@example.org", "9000000999")[0] == 0
    assert "spare can place calls for 1 seat" in dialling(run)
    with on.db.begin() as tx:
        tx.execute(update(connection).where(connection.c.slug == "spare").values(share=0))
    assert "spare can place calls, but its share is 0" in dialling(run)
    assert run("connection", "set", "spare", "--off")[0] == 0
    assert "spare" not in dialling(run)


def test_counselors_without_any_seat_are_named(run: Run, on: Store, cast: Cast) -> None:
    assert "no telephone rings for" not in dialling(run)
    with on.db.begin() as tx:
        made = [
            people.add(
                tx, name=f"New {place}", email=f"new{place}@example.org", role=cast.asha.role, password="a long password",
                at=on.now(), team_id=cast.teams["Pune"],
            )
            for place in range(7)
        ]  # fmt: skip
    said = dialling(run)
    assert "no telephone rings for these counselors" in said
    assert "new0@example.org, new1@example.org" in said
    assert "and 2 more" in said
    with on.db.begin() as tx:
        tx.execute(update(person).where(person.c.id.in_(made)).values(active=False))
    assert "no telephone rings for" not in dialling(run)


def test_a_softphone_line_without_any_password(run: Run, on: Store, cast: Cast) -> None:
    slug = cast.connection.slug
    settings = ("--setting", 'sip_wss_url="wss://pbx.example.com"', "--setting", 'sip_domain="example.com"')
    assert run("connection", "set", slug, *settings)[0] == 0
    assert "without a password" not in dialling(run)
    with on.db.begin() as tx:
        tx.execute(
            insert(seat).values(
                connection_id=cast.connection.id,
                person_id=cast.asha.id,
                address_ix=on.vault.index("asha"),
                address_ct=on.vault.seal(b"asha", ADDRESS),
                mask="asha",
                kind="sip",
            )
        )
    assert f"WRONG  dialling       {slug} has 1 softphone without a password and no sip_secret" in dialling(
        run
    )
    assert run("connection", "set", slug, "--secret", "sip_secret", stdin="a shared secret\n")[0] == 0
    assert "without a password" not in dialling(run)
