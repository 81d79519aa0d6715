"""Moments, durations, numbers and seats out of texts, as the mapping says they are written."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ingest import readings
from ingest.readings import given
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.scope import Scope
from ingest.vendors.mapped.shapes import Duration, Moment, Number, Seat
from ingest.vendors.mapped.values import chosen, inherited, label_of

_EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000, "epoch_ns": 1_000_000_000}
_NAMED = frozenset({"auto", "iso", "rfc2822", *_EPOCHS})
_UNITS = {"s": 1.0, "ms": 0.001, "us": 0.000001, "minutes": 60.0, "hours": 3600.0}
_SPOKEN = re.compile(
    r"(?:pt)?(?:(\d{1,3})\s*h(?:ours?|rs?)?)?[\s,:]*(?:(\d{1,4})\s*m(?:in(?:ute)?s?)?)?[\s,:]*"
    r"(?:(\d{1,6})(?:\.\d{1,6})?\s*s(?:ec(?:ond)?s?)?)?",
    re.I,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_LONGEST = 2 * 86_400


def moment(value: Moment, making: Making, where: str) -> Ask:
    """The value as an aware UTC time."""
    formats = [value.format] if isinstance(value.format, str) else list(value.format or ["auto"])
    for i, one in enumerate(formats):
        if one not in _NAMED and (why := _unfit(one)):
            making.wrong(f"{where}.format" + (f"[{i}]" if len(formats) > 1 else ""), why)
    if value.zone is not None and zone_of(value.zone) is None:
        making.wrong(f"{where}.zone", f"{value.zone!r} is no time zone such as Asia/Kolkata, nor an offset")
    zone_path = making.path(value.zone_from, f"{where}.zone_from") if value.zone_from else None

    def read(ask: Ask) -> Ask:
        label = label_of(value)

        def told(scope: Scope) -> datetime | None:
            said = ask(scope)
            if said is None:
                return None
            zone = value.zone or scope.heard.zone
            if zone_path is not None:
                zone = next((z for z in scope.texts(zone_path) if zone_of(z)), zone)
            return _first_fitting(said, formats, zone, scope, label)

        return told

    return _shifted(value, chosen(value, making, where, moment, read), making, where)


def _shifted(value: Moment, ask: Ask, making: Making, where: str) -> Ask:
    for side, sign in (("plus", 1), ("minus", -1)):
        by = getattr(value, side)
        if by is not None:
            ask = _moved(ask, duration(by, making, f"{where}.{side}"), sign)
    return ask


def _moved(ask: Ask, by: Ask, sign: int) -> Ask:
    def told(scope: Scope) -> datetime | None:
        start, length = ask(scope), by(scope)
        if start is None or length is None:
            return None
        moved: datetime = start + timedelta(seconds=sign * length)
        return moved

    return told


def _first_fitting(said: str, formats: list[str], zone: str, scope: Scope, label: str) -> datetime | None:
    if said.strip("0:-/ .TZ") == "":
        return None
    for one in formats:
        try:
            return at(said, one, zone)
        except (ValueError, OverflowError):
            continue
    scope.heard.puzzled(label, said)
    return None


def at(said: str, form: str, zone: str) -> datetime | None:
    """A text as an aware UTC time; None for a placeholder. Raises ``ValueError`` when it does not fit ``form``."""
    if form == "auto":
        if said.isascii() and said.isdigit() and len(said) in (16, 19):
            form = "epoch_us" if len(said) == 16 else "epoch_ns"
        else:
            return _auto(said, zone)
    if form in _EPOCHS:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(said) / _EPOCHS[form])
    elif form == "iso":
        moment = datetime.fromisoformat(said)
    elif form == "rfc2822":
        try:
            moment = parsedate_to_datetime(said)
        except (TypeError, IndexError) as error:
            raise ValueError("not a time") from error
    else:
        moment = datetime.strptime(said, form)  # noqa: DTZ007 - its zone is known below
    if not 2000 <= moment.year < 2200:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(zone) or UTC)
    return moment.astimezone(UTC)


def _auto(said: str, zone: str) -> datetime | None:
    if zone_of(zone) is None or isinstance(zone_of(zone), ZoneInfo):
        return readings.moment(said, zone)
    found = readings.moment(said, "UTC")
    other = readings.moment(said, "Asia/Kolkata")
    if found is None or found == other:  # it carries its own offset
        return found
    return found.replace(tzinfo=zone_of(zone)).astimezone(UTC)


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo | None:
    """A zone by IANA name or offset; None when it is none."""
    if found := _OFFSET.fullmatch(name):
        sign = -1 if found[1] == "-" else 1
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(sign * timedelta(minutes=minutes)) if minutes < 24 * 60 else None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=256)
def _unfit(form: str) -> str | None:
    if "%" not in form or len(form) > 60:
        return f"{form!r} is no format: auto, iso, rfc2822, epoch_s, epoch_ms … or one with %Y %m %d %H %M %S"
    sample = datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC)
    try:
        datetime.strptime(sample.strftime(form), form)  # noqa: DTZ007 - only whether it can be read
    except (ValueError, re.error) as error:
        return f"{form!r} cannot be read back: {error}"
    return None


def duration(value: Duration, making: Making, where: str) -> Ask:
    """The value in whole seconds."""
    unit = value.unit or "auto"

    def read(ask: Ask) -> Ask:
        label = label_of(value)

        def told(scope: Scope) -> int | None:
            said = ask(scope)
            if said is None:
                return None
            try:
                return seconds(said, unit)
            except ValueError:
                scope.heard.puzzled(label, said)
                return None

        return told

    worked_out = _worked_out(value, unit, making, where)
    if worked_out is None:
        ask = chosen(value, making, where, duration, read)
    elif value.when is not None and making.condition is not None:
        ask = _only_when(worked_out, making.condition(value.when, making, f"{where}.when"))
    else:
        ask = worked_out
    for side, sign in (("plus", 1), ("minus", -1)):
        by = getattr(value, side)
        if by is not None:
            ask = _added(ask, duration(inherited(by, value), making, f"{where}.{side}"), sign)
    return ask


def _worked_out(value: Duration, unit: str, making: Making, where: str) -> Ask | None:
    """A duration that no single text tells; None for others."""
    if value.between is not None:
        ends = [moment(one, making, f"{where}.between[{i}]") for i, one in enumerate(value.between)]
        return _between(ends[0], ends[1])
    return _summed(value.sum, unit, making, f"{where}.sum") if value.sum is not None else None


def _only_when(ask: Ask, holds: Callable[[Scope], bool]) -> Ask:
    return lambda scope: ask(scope) if holds(scope) else None


def _between(start: Ask, end: Ask) -> Ask:
    def told(scope: Scope) -> int | None:
        first, last = start(scope), end(scope)
        if first is None or last is None or last < first:
            return None
        length = int((last - first).total_seconds())
        return length if length <= _LONGEST else None

    return told


def _summed(told: str, unit: str, making: Making, where: str) -> Ask:
    """All durations at a path together; not told when none is, or when one cannot be read."""
    path = making.path(told, where)

    def ask(scope: Scope) -> int | None:
        total: int | None = None
        for said in scope.texts(path):
            if given(said) is None:
                continue
            try:
                total = (total or 0) + (seconds(said, unit) or 0)
            except ValueError:
                scope.heard.puzzled(told, said)
                return None
        return total if total is None or total <= _LONGEST else None

    return ask


def _added(ask: Ask, by: Ask, sign: int) -> Ask:
    def told(scope: Scope) -> int | None:
        first, second = ask(scope), by(scope)
        if first is None or second is None:
            return None
        total: int = first + sign * second
        return total if 0 <= total <= _LONGEST else None

    return told


def seconds(said: str, unit: str) -> int | None:
    """A text as whole seconds; None for a placeholder. Raises ``ValueError`` when it is no duration."""
    total: float | None
    if unit in _UNITS and ":" not in said:
        if len(said) > 24:
            raise ValueError("not a duration")
        total = float(said) * _UNITS[unit]
    elif unit == "HH:MM":
        hours, _, minutes = said.partition(":")
        total = int(hours) * 3600 + int(minutes) * 60
    elif unit == "text" or (unit == "auto" and any(sign.isalpha() for sign in said)):
        total = _spoken(said)
    else:
        found = readings.seconds(said)
        total = None if found is None else float(found)
    if total is None:
        return None
    if not 0 <= total <= _LONGEST:
        raise ValueError("not a duration of a call")
    return int(total)


def _spoken(said: str) -> float:
    found = _SPOKEN.fullmatch(said.strip()) if len(said) < 40 else None
    if not found or not any(found.groups()):
        raise ValueError("not a duration")
    hours, minutes, secs = (int(part or 0) for part in found.groups())
    return hours * 3600.0 + minutes * 60 + secs


def number(value: Number, making: Making, where: str) -> Ask:
    """The value as E.164, else the bare digits."""
    return chosen(value, making, where, number, lambda ask: _numbered(value, ask, readings.number))


def seat(value: Seat, making: Making, where: str) -> Ask:
    """The value as an agent's address."""

    def read(ask: Ask) -> Ask:
        if value.as_is:
            return lambda scope: readings.address(said) if (said := ask(scope)) else None
        return _numbered(value, ask, readings.seat)

    return chosen(value, making, where, seat, read)


def _numbered(value: Number, ask: Ask, read: Callable[[Any, str], str | None]) -> Ask:
    def told(scope: Scope) -> str | None:
        said = given(ask(scope))
        if said is None:
            return None
        if value.international and said[0].isdigit() and len(said) > 7:
            said = "+" + said.removeprefix("00")
        return read(said, value.country or scope.heard.country)

    return told
