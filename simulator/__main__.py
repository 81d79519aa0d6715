"""The command line: ``python -m simulator run | check | fire``."""

import argparse
import json
import logging
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread

from simulator import callers, clock
from simulator.api import Api, ApiFault
from simulator.books import BadBooks, Books, Counselor, Demo, invent_customers, read_counselors, read_demo
from simulator.check import NoLedger, check
from simulator.day import Day, Length, introduce_all, patiently
from simulator.disturb import Knobs
from simulator.exchange import Exchange, Manner
from simulator.fire import choose_connection, fire
from simulator.habits import Diligence
from simulator.ledger import Ledger, summary
from simulator.office import Office
from simulator.post import HttpPost
from simulator.schedule import Schedule
from simulator.speakers.registry import SPEAKERS
from simulator.story import Tempo
from simulator.switchboard import Moods, Switchboard
from simulator.window import Window

log = logging.getLogger("simulator")

PORT = 8051
LEADS = 240
TIDY_EVERY = timedelta(seconds=20)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all well; 1: differences or something not acknowledged; 2: it could not begin."""
    told = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if told.verbose else logging.INFO, format="%(asctime)s simulator: %(message)s"
    )
    # httpx logs addresses, and ours hold tokens.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    command: Callable[[argparse.Namespace], int] = told.command
    try:
        return command(told)
    except (BadBooks, NoLedger, ApiFault) as fault:
        print(f"simulator: {fault}", file=sys.stderr)
        return 2


def _run(told: argparse.Namespace) -> int:
    stop = Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    seed = told.seed if told.seed is not None else secrets.randbelow(2**31)
    demo = _demo(told.demo)
    api = Api(demo.url, demo.api_key)
    answer = patiently(api.counselors, stop)
    if answer is None:
        return 0
    counselors = read_counselors(answer)
    books = _books(demo, counselors, told.leads)
    ledger = Ledger(secrets.token_hex(4), clock.now())
    Thread(target=introduce_all, args=(api, books, stop), daemon=True).start()
    knobs = Knobs(
        told.duplicates, told.shuffle, told.late, told.window / told.speed, told.late_seconds / told.speed
    )
    tempo = Tempo(told.speed)
    exchange = Exchange(
        books, HttpPost(), ledger, Schedule(), Manner(tempo, knobs, tuple(told.retries_after)), seed
    )
    moods = Moods(told.dial_refuse, told.dial_silent)
    between = (told.dial_talk[0], max(told.dial_talk))
    switchboard = Switchboard(exchange, moods, replace(tempo, talks_between=between), seed)
    window = Window(ledger, told.port, books.connections, switchboard.doors())
    window.open()
    office = Office(api, exchange, Diligence(told.diligence), told.calls_per_hour * told.speed / 3600, seed)
    exchange.schedule.at(ledger.started_at + TIDY_EVERY, partial(office.tidy, TIDY_EVERY))
    length = Length(
        timedelta(seconds=told.duration) if told.duration is not None else None,
        told.until_calls,
    )
    day = Day(
        exchange,
        api,
        calls_per_hour=told.calls_per_hour,
        length=length,
        leave_when_done=told.exit,
        seed=seed,
    )
    log.info(
        "%d connections, %d counselors, %d leads; seed %d; ledger at %s",
        len(books.connections),
        len(counselors),
        len(books.customers),
        seed,
        window.url,
    )
    day.run(stop)
    if told.ledger_file is not None:
        told.ledger_file.write_text(json.dumps(ledger.page()), encoding="utf-8")
    log.info("the day is over: %s", summary(ledger.records()))
    window.close()
    return 0


def _check(told: argparse.Namespace) -> int:
    demo = _demo(told.demo)
    return 0 if check(Api(demo.url, demo.api_key), told.ledger, told.wait, print) else 1


def _fire(told: argparse.Namespace) -> int:
    demo = _demo(told.demo)
    api = Api(demo.url, demo.api_key)
    books = _books(demo, read_counselors(api.counselors()), 0)
    script = callers.BY_NAME[told.scenario]
    connection = choose_connection(books, script, told.connection)
    tempo = Tempo(told.speed, told.ring, told.talk)
    ledger = Ledger(secrets.token_hex(4), clock.now())
    exchange = Exchange(books, HttpPost(), ledger, Schedule(), Manner(tempo), secrets.randbelow(2**31))
    if told.diligence:
        Office(api, exchange, Diligence(1.0), 1.0, 0)
    heard = fire(exchange, api, script, connection=connection, counselor=told.counselor, say=_say)
    return 0 if heard else 1


def _demo(path: Path) -> Demo:
    demo = read_demo(path)
    for connection in demo.connections:
        if connection.vendor not in SPEAKERS:
            log.info("%s: nobody here speaks %s, left out", connection.slug, connection.vendor)
    return demo


def _books(demo: Demo, counselors: list[Counselor], leads: int) -> Books:
    spoken = [connection for connection in demo.connections if connection.vendor in SPEAKERS]
    if not spoken or not counselors:
        raise BadBooks("there is no connection we speak for, or no counselor with a seat")
    slugs = [connection.slug for connection in spoken]
    return Books(spoken, counselors, invent_customers(leads, counselors, slugs))


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.set_defaults(verbose=False)
    commands = parser.add_subparsers(required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--demo", type=Path, default=Path("var/demo.json"), help="the file demo mode writes")
    common.add_argument("-v", "--verbose", action="store_true", help="a line per call")

    run = commands.add_parser("run", parents=[common], help="play a day of callers")
    run.set_defaults(command=_run)
    run.add_argument("--speed", type=_positive, default=1.0, help="2: everything happens twice as fast")
    run.add_argument("--seed", type=int, help="the same seed makes the same plans")
    run.add_argument("--port", type=int, default=PORT, help="of the ledger, on the loopback")
    run.add_argument("--calls-per-hour", type=_positive, default=720.0, help="at speed 1")
    run.add_argument("--duplicates", type=_share, default=0.05, help="share of deliveries sent twice")
    run.add_argument("--shuffle", type=_share, default=0.1, help="share of calls told in another order")
    run.add_argument("--window", type=_positive, default=20.0, help="seconds a shuffled delivery may be late")
    run.add_argument("--late", type=_share, default=0.02, help="share of calls whose records come late")
    run.add_argument("--late-seconds", type=_positive, default=600.0, help="how late at most (at speed 1)")
    run.add_argument("--diligence", type=_share, default=0.8, help="share of profiles opened during calls")
    run.add_argument("--leads", type=int, default=LEADS, help="people who call again and again")
    run.add_argument("--dial-refuse", type=_share, default=0.03, help="share of ordered calls refused")
    run.add_argument("--dial-silent", type=_share, default=0.01, help="share of orders answered too late")
    run.add_argument(
        "--dial-talk",
        type=_positive,
        nargs=2,
        default=[10.0, 90.0],
        help="seconds ordered talks last, from, to",
    )
    run.add_argument("--duration", type=_positive, help="seconds after which no more calls begin")
    run.add_argument("--until-calls", type=int, help="number of calls after which no more begin")
    run.add_argument(
        "--exit", action="store_true", help="leave after the last call (else keep the ledger open)"
    )
    run.add_argument("--ledger-file", type=Path, help="write the ledger here when leaving")
    run.add_argument(
        "--retries-after", type=float, nargs="*", default=[3.0, 12.0], help="pauses before repetitions (s)"
    )

    look = commands.add_parser("check", parents=[common], help="hold the ledger against the API")
    look.set_defaults(command=_check)
    look.add_argument("--ledger", default=f"http://127.0.0.1:{PORT}/ledger", help="address or file")
    look.add_argument("--wait", type=float, default=0.0, help="seconds to wait for calls to finish")

    one = commands.add_parser("fire", parents=[common], help="play one call and print what is sent")
    one.set_defaults(command=_fire)
    one.add_argument("scenario", choices=sorted(callers.BY_NAME))
    one.add_argument("--connection", help="slug; else the first that can")
    one.add_argument("--counselor", help="e-mail of who dials, or is tried first")
    one.add_argument("--speed", type=_positive, default=10.0)
    one.add_argument("--ring", type=int, help="seconds every ring lasts")
    one.add_argument("--talk", type=int, help="seconds the talk lasts")
    one.add_argument(
        "--diligence", action="store_true", help="the counselor opens the profile during the call"
    )
    return parser


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("a share lies between 0 and 1")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("more than 0, please")
    return value


if __name__ == "__main__":
    sys.exit(main())
