"""Every setting of the application, and the only place that reads the environment.

``docs/settings.md`` explains each to an operator; a test holds the two together.
"""

import base64
import binascii
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.store.base import Rules

DEMO_SECRETS = "secrets.toml"
"""File in the data directory where ``demo`` keeps the random keys it made for itself."""

MIN_KEY = 32
MAKE_KEY = 'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'


class BadKey(ValueError):
    """DATA_KEY is neither hexadecimal nor base64."""


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is no time zone of the IANA list (such as Asia/Kolkata)") from error


def _listed(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


class Settings(BaseSettings):
    """What the operator decided, read once at start-up. Secrets never show in a ``repr``."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)

    # Where things are
    data: Path = Field(Path("var"), validation_alias="CALLBOARD_DATA")
    database_url: str = Field("", validation_alias="DATABASE_URL", repr=False)
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8050, ge=0, le=65535, validation_alias="PORT")
    public_url: str = Field("", validation_alias="PUBLIC_URL")

    # Secrets
    secret_key: SecretStr = Field(SecretStr(""), validation_alias="SECRET_KEY")
    data_key: SecretStr = Field(SecretStr(""), validation_alias="DATA_KEY")

    # What the institution decides
    institution_name: str = Field("Callboard", validation_alias="INSTITUTION_NAME", max_length=80)
    zone: Annotated[ZoneInfo, BeforeValidator(_zone), NoDecode] = Field(
        ZoneInfo("Asia/Kolkata"), validation_alias="ZONE"
    )
    country: str = Field("IN", validation_alias="COUNTRY", pattern=r"^[A-Z]{2}$")
    human_seconds: int = Field(10, ge=0, le=600, validation_alias="HUMAN_SECONDS")
    sla_minutes: int = Field(15, ge=1, le=1440, validation_alias="SLA_MINUTES")
    supervisor_opening_clears: bool = Field(False, validation_alias="SUPERVISOR_OPENING_CLEARS")

    # Signing in
    session_hours: int = Field(12, ge=1, le=720, validation_alias="SESSION_HOURS")
    secure_cookies: bool = Field(True, validation_alias="SECURE_COOKIES")
    trusted_proxies: int = Field(0, ge=0, le=10, validation_alias="TRUSTED_PROXIES")

    # The way out
    private_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed), NoDecode] = Field(
        (), validation_alias="PRIVATE_HOSTS"
    )

    # Asking for call records
    reconcile: bool = Field(True, validation_alias="RECONCILE")
    reconcile_hours: int = Field(6, ge=1, le=72, validation_alias="RECONCILE_HOURS")
    reconcile_night_hour: int = Field(4, ge=0, le=23, validation_alias="RECONCILE_NIGHT_HOUR")

    # The server
    workers: int = Field(1, ge=1, le=64, validation_alias=AliasChoices("WORKERS", "WEB_CONCURRENCY"))
    threads: int = Field(400, ge=8, le=4000, validation_alias="THREADS")
    max_body_bytes: int = Field(1024 * 1024, ge=1024, le=64 * 1024 * 1024, validation_alias="MAX_BODY_BYTES")
    scheduler: bool = Field(True, validation_alias="SCHEDULER")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="LOG_LEVEL")
    failpoint: str = Field("", validation_alias="CALLBOARD_FAILPOINT")
    demo: bool = Field(False, validation_alias="DEMO")

    @property
    def database(self) -> str:
        """The address of the database: DATABASE_URL, or a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'callboard.db'}"

    @property
    def sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def url(self) -> str:
        """The address people and providers use, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @cached_property
    def root_key(self) -> bytes:
        """The bytes of DATA_KEY. Raises ``BadKey``."""
        return decode_key(self.data_key.get_secret_value())

    @property
    def rules(self) -> Rules:
        """What the store has to know of the institution."""
        return Rules(
            zone=self.zone,
            country=self.country,
            human_seconds=self.human_seconds,
            sla_minutes=self.sla_minutes,
            supervisor_opening_clears=self.supervisor_opening_clears,
        )


def decode_key(text: str) -> bytes:
    """Bytes written as hexadecimal, else as (URL-safe) base64. Raises ``BadKey``."""
    text = text.strip()
    try:
        return bytes.fromhex(text)
    except ValueError:
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKey("DATA_KEY is neither hexadecimal nor base64") from error


def load(**given: Any) -> Settings:
    """Settings from the environment; ``given`` (by setting name, as PORT=8051) wins over it.

    Raises ``pydantic.ValidationError`` for a value that makes no sense.
    """
    return Settings(**given)


def demo_secrets(data: Path) -> dict[str, str]:
    """SECRET_KEY and DATA_KEY that ``demo`` made in this data directory; empty when it made none."""
    path = data / DEMO_SECRETS
    if not path.exists():
        return {}
    return {name: str(value) for name, value in tomllib.loads(path.read_text("utf-8")).items()}


def with_demo_keys(settings: Settings) -> Settings:
    """For commands on a demo's data directory: its own keys, where the environment gives none."""
    given = settings.secret_key.get_secret_value() or settings.data_key.get_secret_value()
    made = {} if given else demo_secrets(settings.data)
    if not made:
        return settings
    return settings.model_copy(
        update={
            "secret_key": SecretStr(made.get("SECRET_KEY", "")),
            "data_key": SecretStr(made.get("DATA_KEY", "")),
        }
    )


def problems(settings: Settings) -> list[str]:
    """Why production must not start with these settings, in plain words; empty when it may."""
    return [*_key_problems(settings), *_loss_problems(settings), *_exposure_problems(settings)]


def _key_problems(settings: Settings) -> list[str]:
    secret = settings.secret_key.get_secret_value()
    data_key = settings.data_key.get_secret_value()
    found = _weak("SECRET_KEY", secret, len(secret), "characters", secret)
    try:
        root = settings.root_key
    except BadKey as error:
        found.append(f"{error}. {MAKE_KEY}")
    else:
        found += _weak("DATA_KEY", data_key, len(root), "bytes", root)
    if secret and secret == data_key:
        found.append("SECRET_KEY and DATA_KEY are the same; they protect different things and must differ.")
    made_here = set(demo_secrets(settings.data).values())
    found += [
        f"{name} is the one that demo mode made ({settings.data / DEMO_SECRETS}); "
        "production needs its own, and its own CALLBOARD_DATA."
        for name, value in (("SECRET_KEY", secret), ("DATA_KEY", data_key))
        if value in made_here
    ]
    return found


def _weak(name: str, given: str, size: int, unit: str, key: str | bytes) -> list[str]:
    if not given:
        return [f"{name} is not set. {MAKE_KEY}"]
    if size < MIN_KEY:
        return [f"{name} has {size} {unit}; it needs at least {MIN_KEY}. {MAKE_KEY}"]
    if len(set(key)) < 8:
        return [f"{name} repeats itself; it must be random. {MAKE_KEY}"]
    return []


def _loss_problems(settings: Settings) -> list[str]:
    found = []
    if settings.sqlite and settings.workers > 1:
        found.append(
            f"WORKERS is {settings.workers} on SQLite: live screens of one process would not hear of calls that "
            "another took. Use one worker, or give DATABASE_URL a PostgreSQL."
        )
    if settings.sqlite and _in_memory(settings.database):
        found.append(
            "DATABASE_URL keeps the database in memory: every call would be lost at the next restart."
        )
    if not settings.sqlite and not settings.database.startswith(("postgres://", "postgresql")):
        scheme = settings.database.partition(":")[0]
        found.append(f"DATABASE_URL names {scheme!r}; SQLite and PostgreSQL are the databases this can use.")
    if settings.failpoint:
        found.append("CALLBOARD_FAILPOINT is set: the process would kill itself. It is for crash tests only.")
    return found


def _exposure_problems(settings: Settings) -> list[str]:
    found = []
    if settings.demo:
        found.append("DEMO is on: demo passwords are written to a file. Take DEMO out of the environment.")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        found.append("PUBLIC_URL must begin with https:// (or http:// on a closed network).")
    if settings.secure_cookies and settings.public_url.startswith("http://"):
        found.append(
            "PUBLIC_URL begins with http:// while SECURE_COOKIES is on: nobody could sign in. Serve it over https."
        )
    return found


def _in_memory(url: str) -> bool:
    rest = url.partition("://")[2]
    return rest in ("", "/", "/:memory:") or "mode=memory" in rest or ":memory:" in rest
