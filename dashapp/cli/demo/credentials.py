"""What the demo hands to whoever runs it: ``demo.json``, and the keys it made for itself."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from dashapp.cli.demo.institution import LINES, MAIL, MEMBERS
from dashapp.cli.files import write_private
from dashapp.config import DEMO_SECRETS, demo_secrets
from models.store import api_keys, connections, people
from models.store.base import Store

FILE = "demo.json"
KEY_NAME = "demo"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything in clear, as it is written to the file. ``tokens`` by the connection's slug."""

    api_key: str
    tokens: Mapping[str, str]
    passwords: Mapping[str, str]


def own_secrets(data: Path) -> dict[str, str]:
    """SECRET_KEY and DATA_KEY of this data directory, made at random the first time."""
    found = demo_secrets(data)
    if not found:
        found = {"SECRET_KEY": secrets.token_hex(32), "DATA_KEY": secrets.token_hex(32)}
        lines = ["# Made by the demo for itself; production has its own and refuses these."]
        lines += [f'{name} = "{value}"' for name, value in found.items()]
        write_private(data / DEMO_SECRETS, "\n".join(lines) + "\n")
    return found


def new_passwords() -> dict[str, str]:
    """A random password for each member of the demo institution, by e-mail."""
    return {member.email: secrets.token_urlsafe(9) for member in MEMBERS}


def issue(store: Store, tx: Connection, passwords: Mapping[str, str]) -> Credentials:
    """New hook tokens and an API key with every scope; ``passwords`` are already set."""
    now = store.now()
    tokens = {
        line.slug: connections.issue_token(tx, connections.id_of(tx, line.slug), now, retire_others_at=now)
        for line in LINES
    }
    return Credentials(api_keys.issue(tx, KEY_NAME, api_keys.SCOPES, now), tokens, passwords)


def issue_again(store: Store) -> Credentials:
    """The file was lost: new passwords for everybody in it, and what ``issue`` makes."""
    passwords = new_passwords()
    with store.db.begin() as tx:
        for email, password in passwords.items():
            people.set_password(tx, email, password)
        return issue(store, tx, passwords)


def is_demo(store: Store) -> bool:
    """Are all the people in this database the demo's own?"""
    with store.read() as tx:
        return all(person.email.endswith(f"@{MAIL}") for person in people.everybody(tx))


def write(path: Path, url: str, given: Credentials) -> None:
    """``demo.json``, readable by its owner alone."""
    content: dict[str, Any] = {
        "url": url,
        "api_key": given.api_key,
        "connections": [
            {
                "slug": line.slug,
                "vendor": line.vendor,
                "label": line.label,
                "hook_base": f"{url}/webhooks/v1/{given.tokens[line.slug]}",
                "dids": [number for number, _, _ in line.dids],
            }
            for line in LINES
        ],
        "people": [
            {
                "name": member.name,
                "email": member.email,
                "role": member.role.value,
                "password": given.passwords[member.email],
            }
            for member in MEMBERS
        ],
    }
    write_private(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def move(path: Path, url: str) -> None:
    """The server has another address this time: let the file say so."""
    content = json.loads(path.read_text("utf-8"))
    if content["url"] == url:
        return
    for line in content["connections"]:
        line["hook_base"] = url + line["hook_base"].removeprefix(content["url"])
    content["url"] = url
    write_private(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
