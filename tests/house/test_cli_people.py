"""Commands for people, teams and keys, on both databases, by what they print and what they change."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.rules.access import Role
from models.store import api_keys, people, sessions
from models.store.base import Store
from models.tables.people import audit
from tests.cast import Cast, Person
from tests.house.commands import PASSWORD, Run


def test_people_come_and_go(run: Run, on: Store, cast: Cast) -> None:
    status, _, _ = run(
        "user",
        "add",
        "New@Example.org",
        "--name",
        "Nila",
        "--role",
        "counselor",
        "--team",
        "Jaipur",
        stdin=PASSWORD,
    )
    assert status == 0
    with on.read() as tx:
        person_id = sessions.check_password(tx, "new@example.org", PASSWORD)
        assert person_id
        [made] = [one for one in people.everybody(tx) if one.id == person_id]
        assert (made.team, made.role) == ("Jaipur", Role.COUNSELOR)
    secret, _ = sessions.start(on, person_id, timedelta(hours=1))
    assert run("user", "password", "new@example.org", stdin=PASSWORD + "!")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD) is None
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") == person_id
        assert sessions.find(tx, secret, on.now()) is None
    assert run("user", "shut-out", "new@example.org")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") is None
    assert "(shut out)" in run("user", "list")[1]
    assert run("user", "let-in", "new@example.org")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") == person_id


def test_a_supervisor_gets_teams(run: Run, on: Store, cast: Cast) -> None:
    supervises = ("--supervises", "Indore", "--supervises", "Pune")
    assert (
        run("user", "add", "s@x.org", "--name", "S", "--role", "supervisor", *supervises, stdin=PASSWORD)[0]
        == 0
    )
    with on.read() as tx:
        [made] = [one for one in people.everybody(tx) if one.email == "s@x.org"]
        viewer = sessions.viewer_of(tx, made.id)
    assert viewer
    assert viewer.teams == set(cast.teams.values())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("add", "a@x.org", "--name", "A", "--role", "counselor"), PASSWORD, "needs a team"),
        (("add", "a@x.org", "--name", "A", "--role", "admin"), "short", "at least 10"),
        (("add", "a@x.org", "--name", "A", "--role", "admin"), "x" * 300, "at most 256"),
        (("add", "asha@example.org", "--name", "A", "--role", "admin"), PASSWORD, "somebody's already"),
        (
            ("add", "a@x.org", "--name", "A", "--role", "admin", "--supervises", "Pune"),
            PASSWORD,
            "only a supervisor",
        ),
        (("password", "nobody@x.org"), PASSWORD, "nobody has the e-mail"),
        (("shut-out", "nobody@x.org"), "", "nobody has the e-mail"),
    ],
)
def test_people_are_refused_in_words(
    run: Run, on: Store, arguments: tuple[str, ...], password: str, said: str
) -> None:
    status, _, complained = run("user", *arguments, stdin=password)
    assert status == 1
    assert said in complained


def test_rights_change_and_sessions_end_at_once(run: Run, on: Store, cast: Cast) -> None:
    pune = cast.teams["Pune"]
    for person, arguments in (
        (cast.asha, ("team", cast.asha.email, "Pune")),
        (cast.asha, ("role", cast.asha.email, "supervisor")),
        (cast.asha, ("supervise", cast.asha.email, "Pune")),
        (cast.meera, ("supervise", cast.meera.email, "Indore", "--off")),
    ):
        secret, _ = sessions.start(on, person.id, timedelta(hours=1))
        other, _ = sessions.start(on, cast.ravi.id, timedelta(hours=1))
        assert run("user", *arguments)[0] == 0
        with on.read() as tx:
            assert sessions.find(tx, secret, on.now()) is None
            assert sessions.find(tx, other, on.now())
    with on.read() as tx:
        asha, meera = (sessions.viewer_of(tx, one.id) for one in (cast.asha, cast.meera))
    assert asha
    assert meera
    assert (asha.role, asha.teams) == (Role.SUPERVISOR, frozenset({pune}))
    assert meera.teams == set()
    assert noted(on, cast.asha) == ["user.team", "user.role", "user.supervise"]
    assert run("user", "role", cast.asha.email, "counselor")[0] == 0
    with on.read() as tx:
        again = sessions.viewer_of(tx, cast.asha.id)
        assert again
        assert again.teams == {pune}
        assert not [one for one in people.everybody(tx) if one.id == cast.asha.id and one.teams]


def noted(store: Store, person: Person) -> list[str]:
    """What the audit says was done to somebody."""
    with store.read() as tx:
        wanted = select(audit.c.action).where(audit.c.subject == f"person:{person.id}").order_by(audit.c.id)
        return list(tx.scalars(wanted))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("role", "meera@example.org", "counselor"), "needs a team"),
        (("role", "nobody@x.org", "admin"), "nobody has the e-mail"),
        (("team", "asha@example.org", "Nowhere"), "there is no team 'Nowhere'"),
        (("supervise", "asha@example.org", "Pune"), "only a supervisor"),
        (("supervise", "meera@example.org", "Nowhere"), "there is no team"),
    ],
)
def test_rights_are_refused_in_words(run: Run, on: Store, arguments: tuple[str, ...], said: str) -> None:
    status, _, complained = run("user", *arguments)
    assert status == 1
    assert said in complained


def test_teams_are_added_and_listed(run: Run, on: Store, cast: Cast) -> None:
    assert run("team", "add", "Jaipur")[0] == run("team", "add", "Indore")[0] == 0
    assert [" ".join(line.split()) for line in run("team", "list")[1].splitlines()] == [
        "Indore 2 counselors supervised by Meera Joshi",
        "Jaipur 0 counselors supervised by nobody",
        "Pune 1 counselors supervised by nobody",
    ]


def test_an_api_key_is_shown_once_and_revoked(run: Run, on: Store) -> None:
    status, out, _ = run("api-key", "add", "the CRM", "--scope", "calls:read", "--scope", "leads:write")
    assert status == 0
    with on.read() as tx:
        found = api_keys.find(tx, out.strip())
    assert found
    assert (found.name, found.scopes) == ("the CRM", frozenset({"calls:read", "leads:write"}))
    listed = run("api-key", "list")[1]
    assert f"{found.id:>4}  the CRM" in listed
    assert out.strip() not in listed
    assert run("api-key", "revoke", str(found.id)) == (0, "revoked\n", "")
    assert run("api-key", "revoke", str(found.id))[0] == 1
    assert "(revoked 2026-" in run("api-key", "list")[1]
    with on.read() as tx:
        assert api_keys.find(tx, out.strip()) is None
        assert set(tx.scalars(select(audit.c.action))) == {"api-key.add", "api-key.revoke"}


def test_the_last_administrator_stays(run: Run, on: Store, cast: Cast) -> None:
    dev = cast.dev.email
    for change in (("shut-out", dev), ("role", dev, "supervisor")):
        status, _, complained = run("user", *change)
        assert status == 1
        assert "last administrator" in complained
    assert run("user", "role", cast.meera.email, "admin")[0] == 0
    assert run("user", "shut-out", dev)[0] == 0
    assert run("user", "role", cast.meera.email, "supervisor")[0] == 1
    assert run("user", "let-in", dev)[0] == 0
    assert run("user", "role", cast.meera.email, "supervisor")[0] == 0
