"""``connection mapping``, ``connection test``, ``connection mapping-schema``: providers read by configuration."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from ingest import intake, trying
from ingest.contract import Configurable, ConnectionInfo, Delivery, Vendor
from ingest.vendors import registry
from ingest.webhooks.doors import DOORS
from models.store import connections, mappings
from models.store.base import Store, utc_now
from models.store.hooks import TokenBook
from models.store.mappings import BY_COMMAND

_DOOR_WORDS = {**DOORS, "log": DOORS["call-log"]}


def add_to(what: Any, run: Callable[..., int]) -> None:
    saving = what.add_parser("mapping", help="print, save or take back how a provider's messages are read")
    saving.add_argument("slug")
    saving.add_argument("file", nargs="?", help="save this document as a new version; '-' is standard input")
    saving.add_argument("--note", default="", help="what is new in this version")
    other = saving.add_mutually_exclusive_group()
    other.add_argument("--versions", action="store_true", help="list all versions")
    other.add_argument("--back", type=int, metavar="VERSION", help="use an older version again")
    other.add_argument("--version", type=int, help="print this one")
    saving.set_defaults(run=run, act=mapping)

    trial = what.add_parser("test", help="what a message would become, without keeping it")
    trial.add_argument("target", help="a connection's short name, or the file of a mapping")
    trial.add_argument("body", help="file with the message's body; '-' is standard input")
    trial.add_argument("--mapping", metavar="FILE", help="try this document instead of the one in use")
    trial.add_argument(
        "--door", default="call-log", choices=sorted(_DOOR_WORDS), help="the address it came to"
    )
    trial.add_argument("--content-type", default="")
    trial.add_argument("--method", default="POST")
    trial.add_argument("--query", default="", help="what stands after ? in the address")
    trial.add_argument("--header", action="append", default=[], metavar="NAME: VALUE")
    trial.add_argument("--clear", action="store_true", help="do not mask numbers")
    trial.set_defaults(run=try_out)

    schema = what.add_parser("mapping-schema", help="the JSON Schema of mapping documents")
    schema.set_defaults(run=print_schema)


def mapping(store: Store, given: argparse.Namespace) -> None:
    with store.read() as tx:
        connection_id = connections.id_of(tx, given.slug)
        now = mappings.of(tx, BY_COMMAND, connection_id)
        versions = mappings.versions(tx, BY_COMMAND, connection_id)
    if given.file is not None:
        document = told(now.vendor, given.file)
        with store.db.begin() as tx:
            version = mappings.save(tx, store, BY_COMMAND, connection_id, document, given.note)
        print(f"saved as version {version}; in use within seconds")
        _warn(store, now, document)
    elif given.back is not None:
        with store.db.begin() as tx:
            mappings.back(tx, store, BY_COMMAND, connection_id, given.back)
        print(f"version {given.back} is in use again")
    elif given.versions:
        for one in versions:
            at = one.at.astimezone(store.rules.zone).isoformat(" ", "seconds")
            mark = "  in use" if one.in_use else ""
            print(f"{one.version:>4}  {at}  {one.by or 'by command':<24}{one.note}{mark}")
    else:
        with store.read() as tx:
            found = (
                mappings.document(tx, BY_COMMAND, connection_id, given.version)
                if given.version is not None
                else now.document
            )
        if found is None:
            raise LookupError(f"{given.slug} has no mapping yet")
        print(json.dumps(found, indent=2, ensure_ascii=False))


def _warn(store: Store, now: mappings.Mapped, document: dict[str, Any]) -> None:
    account = TokenBook(store).by_id(now.id)
    have = account.secrets if account else {}
    for name in _configurable(now.vendor).secrets_named(document):
        if not have.get(name):
            print(
                f"every message is turned away until this is set: connection set {now.slug} --secret {name}"
            )


def try_out(given: argparse.Namespace, settings: Settings) -> int:
    """Print what the message would become; 1 when it could not be read."""
    try:
        vendor, connection = _target(given, settings)
        if given.mapping is not None:
            connection = _with(connection, told(connection.vendor, given.mapping))
        tried = trying.attempt(vendor, connection, _delivery(given))
    except (ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(tried.told(clear=given.clear), indent=2, ensure_ascii=False))
    return 0 if tried.readable else 1


def print_schema(_given: argparse.Namespace, _settings: Settings) -> int:
    print(_any_configurable().document_schema(), end="")
    return 0


def told(vendor: str, file: str) -> dict[str, Any]:
    """The usable document in a file. Raises ``ValueError`` in plain words."""
    return usable(_configurable(vendor), read(file))


def read(name: str) -> Any:
    """A JSON file. Raises ``ValueError`` in plain words."""
    text = _bytes(name).decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no JSON: {error}") from error


def usable(vendor: Configurable, document: Any) -> dict[str, Any]:
    """The document. Raises ``ValueError`` with every problem by its place."""
    problems = vendor.problems(document)
    if problems:
        raise ValueError("\n".join(problems))
    found: dict[str, Any] = document
    return found


def _target(given: argparse.Namespace, settings: Settings) -> tuple[Vendor, ConnectionInfo]:
    if given.target.endswith(".json") or Path(given.target).is_file():
        vendor = _any_configurable()
        rules = settings.rules
        bare = ConnectionInfo(0, "trial", vendor.slug, rules.zone.key, rules.country)
        return vendor, _with(bare, told(vendor.slug, given.target))
    with opened(settings) as store:
        with store.read() as tx:
            connection_id = connections.id_of(tx, given.target)
        account = TokenBook(store).by_id(connection_id)
    if account is None:
        raise LookupError(f"there is no connection {given.target!r}")
    return registry.get(account.vendor), intake.info(account)


def _with(connection: ConnectionInfo, document: dict[str, Any]) -> ConnectionInfo:
    settings = {**connection.settings, mappings.SETTING: document}
    return ConnectionInfo(
        id=-connection.id,
        slug=connection.slug,
        vendor=connection.vendor,
        zone=connection.zone,
        country=connection.country,
        secrets=connection.secrets,
        settings=settings,
        retired=connection.retired,
    )


def _delivery(given: argparse.Namespace) -> Delivery:
    headers = {}
    for one in given.header:
        name, colon, value = one.partition(":")
        if not colon:
            raise ValueError(f"{one!r} is no header such as 'X-Key: value'")
        headers[name.strip().lower()] = value.strip()
    query = f"?{given.query}" if given.query else ""
    return Delivery(
        door=_DOOR_WORDS[given.door],
        method=given.method.upper(),
        url=f"https://trial.invalid/{given.door}{query}",
        query=given.query.encode(),
        headers=headers,
        content_type=given.content_type,
        body=_bytes(given.body),
        received_at=utc_now(),
    )


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from error


def _configurable(slug: str) -> Configurable:
    found = registry.configurable(slug)
    if found is None:
        raise ValueError(f"{slug} is read by code; only a connection without code has a mapping")
    return found


def _any_configurable() -> Configurable:
    return next(found for slug in registry.all_slugs() if (found := registry.configurable(slug)))
