"""Commands for providers read by configuration."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.store import connections
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables.people import audit
from tests.cast import Cast
from tests.house.commands import Run

MAPPING = {
    "version": 1,
    "fields": {
        "call_id": "id",
        "customer": "from",
        "seat": "agent",
        "outcome": {"path": "status", "words": {"ok": "connected"}},
    },
    "rules": [{"kind": "log"}],
}
BODY = {"id": "c-1", "from": "09876500321", "agent": "1001", "status": "OK"}


def written(folder: Path, name: str, told: Any) -> str:
    path = folder / name
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return str(path)


@pytest.fixture
def acme(run: Run, on: Store, cast: Cast, tmp_path: Path) -> str:
    file = written(tmp_path, "first.json", MAPPING)
    status, out, _ = run(
        "connection", "add", "acme", "--vendor", "mapped", "--label", "Acme", "--mapping", file
    )
    assert status == 0
    assert "/webhooks/v1/" in out
    return "acme"


def settings_of(on: Store, slug: str) -> dict[str, Any]:
    with on.read() as tx:
        connection_id = connections.id_of(tx, slug)
    account = TokenBook(on).by_id(connection_id)
    assert account
    return dict(account.settings)


def test_versions_are_saved_listed_and_taken_back(run: Run, on: Store, acme: str, tmp_path: Path) -> None:
    assert settings_of(on, acme) == {"mapping": MAPPING, "mapping_version": 1}
    second = MAPPING | {"name": "Second"}
    status, out, _ = run(
        "connection", "mapping", acme, written(tmp_path, "b.json", second), "--note", "named it"
    )
    assert (status, "version 2" in out) == (0, True)
    assert settings_of(on, acme)["mapping"]["name"] == "Second"
    listed = run("connection", "mapping", acme, "--versions")[1].splitlines()
    assert len(listed) == 2
    assert "named it  in use" in listed[0]
    assert "in use again" in run("connection", "mapping", acme, "--back", "1")[1]
    assert settings_of(on, acme) == {"mapping": MAPPING, "mapping_version": 1}
    assert json.loads(run("connection", "mapping", acme)[1]) == MAPPING
    assert json.loads(run("connection", "mapping", acme, "--version", "2")[1]) == second
    with on.read() as tx:
        noted = tx.scalars(select(audit.c.detail).where(audit.c.action == "connection.mapping")).all()
    assert noted == ["command line: version 1", "command line: version 2", "command line: version 1"]


def test_a_missing_secret_is_said(run: Run, on: Store, acme: str, tmp_path: Path) -> None:
    signed = MAPPING | {"proof": [{"kind": "bearer", "secret": "hook_key"}]}
    said = run("connection", "mapping", acme, written(tmp_path, "s.json", signed))[1]
    assert "turned away until this is set: connection set acme --secret hook_key" in said
    assert run("connection", "set", acme, "--secret", "hook_key", stdin="x\n")[0] == 0
    assert "turned away" not in run("connection", "mapping", acme, written(tmp_path, "s.json", signed))[1]


def test_a_body_is_tried_without_keeping_it(run: Run, acme: str, tmp_path: Path) -> None:
    status, out, _ = run("connection", "test", acme, written(tmp_path, "body", BODY))
    said = json.loads(out)
    assert (status, said["verdict"]) == (0, "recorded")
    assert said["events"][0]["outcome"] == "connected"
    assert "9876500321" not in out
    status, out, _ = run(
        "connection", "test", acme, written(tmp_path, "body", BODY), "--clear", "--door", "log"
    )
    assert json.loads(out)["events"][0]["customer"] == "+919876500321"
    unknown = written(tmp_path, "body", BODY | {"status": "flurb"})
    assert json.loads(run("connection", "test", acme, unknown)[1])["unknown_words"] == [["status", "flurb"]]
    status, out, _ = run("connection", "test", acme, written(tmp_path, "body", "{"))
    assert (status, json.loads(out)["verdict"]) == (1, "for review")


def test_a_file_is_tried_before_there_is_a_connection(run: Run, on: Store, tmp_path: Path) -> None:
    told = MAPPING | {"proof": [{"kind": "header", "header": "X-Key", "secret": "key"}]}
    file, body = written(tmp_path, "m.json", told), written(tmp_path, "b", "id=c-2&from=9876500321")
    status, out, _ = run("connection", "test", file, body, "--header", "X-Key: no", "--query", "agent=1002")
    said = json.loads(out)
    assert (status, said["proved"], said["events"][0]["seat"]) == (0, False, "1002")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "is no JSON"),
        ([], "$: a mapping is a JSON object"),
        ({"version": 1, "rules": [{"kind": "lgo"}]}, "$.rules[0].kind"),
        (
            MAPPING | {"fields": {"customer": {"path": "a", "zone": "UTC"}}},
            "$.fields.customer.zone: there is no such entry",
        ),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_by_its_place(
    run: Run, on: Store, acme: str, tmp_path: Path, document: Any, said: str
) -> None:
    file = written(tmp_path, "bad.json", document)
    for command in (("mapping", acme, file), ("test", acme, file, "--mapping", file), ("test", file, file)):
        status, _, complaint = run("connection", *command)
        assert (status, said in complaint) == (1, True), complaint
    status, _, complaint = run(
        "connection", "add", "b", "--vendor", "mapped", "--label", "B", "--mapping", file
    )
    assert (status, said in complaint) == (1, True)
    assert settings_of(on, acme)["mapping_version"] == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_other_refusals(run: Run, on: Store, cast: Cast, acme: str, tmp_path: Path) -> None:
    file = written(tmp_path, "m.json", MAPPING)
    for command, said in (
        (("mapping", "nowhere"), "no connection 'nowhere'"),
        (("mapping", "reference"), "no mapping yet"),
        (("mapping", "reference", file), "read by code"),
        (("mapping", acme, "--back", "9"), "no version 9"),
        (("mapping", acme, str(tmp_path / "missing")), "cannot be read"),
        (("test", "nowhere", file), "no connection 'nowhere'"),
        (("test", acme, file, "--header", "x"), "is no header"),
    ):
        status, _, complaint = run("connection", *command)
        assert (status, said in complaint) == (1, True), complaint


def test_the_schema_is_printed(run: Run, on: Store) -> None:
    status, out, _ = run("connection", "mapping-schema")
    assert (status, json.loads(out)["title"]) == (0, "Mapping")
