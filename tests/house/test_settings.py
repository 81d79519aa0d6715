"""Production refuses what would lose events or leak secrets, and says so in words."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dashapp import config
from dashapp.cli.demo.credentials import own_secrets

GOOD = {"SECRET_KEY": secrets.token_hex(32), "DATA_KEY": secrets.token_hex(32)}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in config.Settings.model_fields.values():
        for name in getattr(field.validation_alias, "choices", [field.validation_alias]):
            monkeypatch.delenv(str(name), raising=False)
    monkeypatch.setenv("CALLBOARD_DATA", str(tmp_path))


def problems(**given: Any) -> str:
    return "\n".join(config.problems(config.load(**(GOOD | given))))


def test_two_good_keys_are_enough() -> None:
    assert problems() == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SECRET_KEY": "ab" * 20}, "SECRET_KEY repeats itself"),
        ({"DATA_KEY": ""}, "DATA_KEY is not set"),
        ({"DATA_KEY": "00" * 32}, "DATA_KEY repeats itself"),
        ({"DATA_KEY": secrets.token_hex(16)}, "DATA_KEY has 16 bytes"),
        ({"DATA_KEY": "no key at all !"}, "neither hexadecimal nor base64"),
        ({"SECRET_KEY": GOOD["DATA_KEY"]}, "must differ"),
        ({"WORKERS": 2}, "WORKERS is 2 on SQLite"),
        ({"DATABASE_URL": "sqlite://"}, "in memory"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "in memory"),
        ({"DATABASE_URL": "mysql://somewhere/db"}, "'mysql'"),
        ({"CALLBOARD_FAILPOINT": "writer.before_commit"}, "CALLBOARD_FAILPOINT"),
        ({"DEMO": "yes"}, "DEMO is on"),
        ({"PUBLIC_URL": "calls.example.org"}, "PUBLIC_URL must begin"),
        ({"PUBLIC_URL": "http://calls.example.org"}, "SECURE_COOKIES"),
    ],
)
def test_production_refuses(given: dict[str, Any], said: str) -> None:
    assert said in problems(**given)


def test_several_workers_may_share_postgresql() -> None:
    assert problems(WORKERS=4, DATABASE_URL="postgresql://db/callboard") == ""


def test_production_refuses_the_keys_the_demo_made(tmp_path: Path) -> None:
    made = own_secrets(tmp_path)
    assert made == own_secrets(tmp_path)
    assert (tmp_path / config.DEMO_SECRETS).stat().st_mode & 0o777 == 0o600
    told = problems(**made)
    assert "SECRET_KEY is the one that demo mode made" in told
    assert "DATA_KEY is the one that demo mode made" in told


def test_base64_and_hexadecimal_mean_the_same_bytes() -> None:
    import base64

    key = secrets.token_bytes(32)
    for text in (
        key.hex(),
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
    ):
        assert config.load(DATA_KEY=text).root_key == key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("ZONE", "Mars/Olympus"),
        ("COUNTRY", "India"),
        ("SLA_MINUTES", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_nonsense_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name):
        config.load()


def test_secrets_show_in_no_repr() -> None:
    shown = repr(config.load(**GOOD, DATABASE_URL="postgresql://me:hidden-word@db/x"))
    assert not any(secret in shown for secret in (*GOOD.values(), "hidden-word"))
    assert "hidden-word" not in str(config.load(DATABASE_URL="postgresql://me:hidden-word@db/x"))


def test_what_the_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZONE", "Europe/Paris")
    monkeypatch.setenv("SLA_MINUTES", "30")
    monkeypatch.setenv("SUPERVISOR_OPENING_CLEARS", "on")
    rules = config.load().rules
    assert (rules.zone.key, rules.sla_minutes, rules.supervisor_opening_clears) == ("Europe/Paris", 30, True)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("", ()),
        ("pbx.example.org", ("pbx.example.org",)),
        (" 10.0.0.5:8088 ,,[::1], ", ("10.0.0.5:8088", "[::1]")),
    ],
)
def test_private_hosts_are_a_list(monkeypatch: pytest.MonkeyPatch, told: str, read: tuple[str, ...]) -> None:
    monkeypatch.setenv("PRIVATE_HOSTS", told)
    assert config.load().private_hosts == read
