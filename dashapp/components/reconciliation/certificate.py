"""The day-end certificate: what a provider's own records say of a day, what we hold, in plain words; as page and files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.components import csv_export, words
from dashapp.components.page import info
from dashapp.components.reconciliation.days import HOUR, Account, Day
from dashapp.components.reconciliation.heat import look
from dashapp.components.status import Tone, mark
from ingest.reconcile import planning
from models.store.ledger import Hour

FIGURES = (
    ("theirs", "In the provider's records", "Calls the provider's own records of this day name."),
    ("ours", "On file before we asked", "Of those, calls whose hooks had reached us."),
    (
        "completed",
        "Made complete",
        "Of those on file before: calls of which the records told more than the hooks had.",
    ),
    (
        "repaired",
        "Added from the records",
        "Calls no hook had told of. They came in through the same intake.",
    ),
    ("missing", "Missing", "Calls of the provider's records that could not be read or kept."),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of the day in one line, and the paragraph that says why. ``final``: every hour is read, and
    read again in the night after the day."""

    tone: Tone
    icon: str
    title: str
    text: str
    final: bool = False


def verdict(account: Account, day: Day, now: datetime) -> Verdict:
    """The first of these that is true: cannot be asked, not asked, something is missing, not all read, not read for
    the last time, complete."""
    theirs, missing = account.total("theirs"), account.total("missing")
    if not account.askable and not account.hours:
        return Verdict(
            "unknown",
            "cloud-slash",
            "Nothing can be certified",
            f"{account.source.label} hands out no call records, or is not set up for it. "
            f"{words.plural(account.held, 'call')} of this day are on file, as its hooks told them; whether they are "
            "all, only the provider can say.",
        )
    if not account.hours:
        return Verdict(
            "unknown",
            "hourglass",
            "Not asked for yet",
            "The provider's records of this day have not been read, so nothing can be certified.",
        )
    told = _told(account)
    gap = _gap(account, day, now)
    if missing:
        why = "; ".join(f"{count:,} × {reason.rstrip('.')}" for reason, count in account.reasons.items())
        return Verdict(
            "missed",
            "exclamation-triangle-fill",
            f"{words.plural(missing, 'call')} missing",
            f"{told} {missing:,} of them could not be read or kept: {why}. Their records wait under Providers for review."
            + (f" {gap}" if gap else ""),
            final=not gap,
        )
    if any(hour not in account.due for hour in account.unread(day, now)):
        return Verdict(
            "unknown", "hourglass-split", "Read in part", f"{told} Nothing is missing of what was read. {gap}"
        )
    if gap:
        return Verdict(
            "pending", "hourglass-split", "Complete so far", f"{told} Nothing is missing of it. {gap}"
        )
    every = "All of them are on file. " if theirs else ""
    return Verdict(
        "connected", "check-circle-fill", "Complete", f"{told} {every}Nothing is missing.", final=True
    )


def _told(account: Account) -> str:
    theirs, ours, repaired = (account.total(name) for name in ("theirs", "ours", "repaired"))
    if not theirs:
        return "The provider's own records name no call."
    added = f"{_were(repaired)} added from the records" if repaired else "none had to be added"
    return f"The provider's own records name {words.plural(theirs, 'call')}. {_were(ours)} on file before we asked, {added}."


def _were(count: int) -> str:
    return f"{count:,} {'was' if count == 1 else 'were'}"


def _gap(account: Account, day: Day, now: datetime) -> str:
    """What of the day is not read, or not for the last time."""
    unread = account.unread(day, now)
    lost = [hour for hour in unread if hour not in account.due]
    if lost:
        return f"{words.plural(len(unread), 'hour')} of it not read, {len(lost)} of them cannot be asked for now."
    if unread:
        return f"{words.plural(len(unread), 'hour')} of it not asked for yet."
    if now < day.until:
        return "The day is not over."
    if planning.latest_hour(now, day.zone) < day.until:
        return "Its last hour is not asked for yet."
    if all(hour.swept_at >= day.night for hour in account.hours.values()):
        return ""
    if now < day.night:
        return (
            f"It is read once more tonight, from {day.night.astimezone(day.zone):%H:%M} on: a call that lasted over "
            "midnight may not be in the records yet."
        )
    return (
        "Not every hour of it was read again in the night after it: a call that lasted long may not have been in the "
        "records when they were read."
    )


def statement(account: Account, day: Day, now: datetime, issuer: str, institution: str) -> Component:
    """The paper itself."""
    said = verdict(account, day, now)
    return html.Article(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(institution, className="small hint"),
                            html.H1("Certificate of completeness"),
                            html.Div(f"{account.source.label}, {_day(day)}", className="second"),
                        ],
                        className="grow",
                    ),
                ],
                className="paper-head",
            ),
            html.Div(
                [
                    mark(said.tone, said.icon),
                    html.Div([html.H2(said.title), html.P(said.text)], className="grow"),
                ],
                className=f"paper-says is-{said.tone}",
            ),
            html.Dl(
                [
                    html.Div([html.Dt([label, " ", info(meaning)]), html.Dd(f"{account.total(name):,}")])
                    for name, label, meaning in FIGURES
                ],
                className="paper-figures",
            ),
            _hours(account, day) if account.hours else None,
            html.P(
                f"On file of this day, whoever told us: {words.plural(account.held, 'call')}. "
                f"Hours are of {words.zone_name(day.since, day.zone)}; a call belongs to the hour in which it began.",
                className="small second",
            ),
            html.P(
                f"Issued by Callboard on {words.full(now, day.zone)} for {issuer}.",
                className="small second paper-sign",
            ),
        ],
        className="card paper",
    )


def _hours(account: Account, day: Day) -> Component:
    heads = ("Hour", "Theirs", "Before", "Completed", "Added", "Missing", "Read at")
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_line(account.hours[at], day) for at in day.hours if at in account.hours]),
            ],
            className="table-plain paper-hours num",
        ),
        className="table-wide",
    )


def _line(hour: Hour, day: Day) -> Component:
    figures = (hour.theirs, hour.ours, hour.completed, hour.repaired, hour.missing)
    return html.Tr(
        [
            html.Th(_span(hour, day), scope="row"),
            *[html.Td(f"{figure:,}") for figure in figures],
            html.Td(words.full(hour.swept_at, day.zone), className="nowrap"),
        ],
        className=f"is-{look(hour)}",
    )


def as_csv(found: Sequence[Account], day: Day, now: datetime, issuer: str) -> dict[str, Any]:
    """What ``dcc.Download`` takes: a row an hour and connection."""
    about = [
        f"Certificate of completeness, {_day(day)}, issued {words.full(now, day.zone)} for {issuer}",
        *[
            f"{each.source.label}: {verdict(each, day, now).title}. {verdict(each, day, now).text}"
            for each in found
        ],
    ]
    heads = ["Connection", "Hour", *[label for _, label, _ in FIGURES], "Reasons", "Read at"]
    rows = [
        [
            each.source.label,
            _span(hour, day),
            *[getattr(hour, name) for name, _, _ in FIGURES],
            "; ".join(hour.reasons),
            hour.swept_at.isoformat(),
        ]
        for each in found
        for hour in each.hours.values()
    ]
    return {
        "content": csv_export.document(about, heads, rows),
        "filename": csv_export.file_name("certificate", *_names(found), day.date.isoformat()),
        "type": "text/csv",
    }


def as_json(found: Sequence[Account], day: Day, now: datetime, issuer: str) -> dict[str, Any]:
    """What ``dcc.Download`` takes: the same, for another program. Moments are UTC."""
    names = [name for name, _, _ in FIGURES]
    told = {
        "day": day.date.isoformat(),
        "zone": str(day.zone),
        "since": day.since.isoformat(),
        "until": day.until.isoformat(),
        "issued_at": now.isoformat(),
        "issued_for": issuer,
        "connections": [
            {
                "connection": each.source.label,
                "verdict": verdict(each, day, now).title,
                "statement": verdict(each, day, now).text,
                "final": verdict(each, day, now).final,
                "on_file": each.held,
                **{name: each.total(name) for name in names},
                "hours": [
                    {
                        "hour": hour.hour.isoformat(),
                        **{name: getattr(hour, name) for name in names},
                        "reasons": {why: len(marks) for why, marks in hour.reasons.items()},
                        "read_at": hour.swept_at.isoformat(),
                    }
                    for hour in each.hours.values()
                ],
            }
            for each in found
        ],
    }
    name = csv_export.file_name("certificate", *_names(found), day.date.isoformat()).removesuffix(".csv")
    return {"content": json.dumps(told, indent=2), "filename": f"{name}.json", "type": "application/json"}


def _names(found: Sequence[Account]) -> list[str]:
    return [found[0].source.label] if len(found) == 1 else []


def _day(day: Day) -> str:
    return f"{day.date:%A} {day.date.day} {day.date:%B %Y}"


def _span(hour: Hour, day: Day) -> str:
    return f"{hour.hour.astimezone(day.zone):%H:%M} to {(hour.hour + HOUR).astimezone(day.zone):%H:%M}"
