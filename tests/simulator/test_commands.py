import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from simulator.__main__ import main
from simulator.books import BadBooks, invent_customers, read_demo
from tests.simulator.fake import SEATS, Fake, as_api, books


@pytest.fixture
def demo(fake: Fake, tmp_path: Path) -> Path:
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(fake.demo()))
    return path


def _start(demo: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator", "run", "--demo", str(demo), "--port", "0", *more]
    return subprocess.Popen(command, text=True, stderr=subprocess.PIPE)


def _ledger_address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    return next(line.split()[-1] for line in process.stderr if "ledger at" in line)


def test_a_short_day_ends_with_a_ledger_that_a_faultless_server_agrees_with(
    fake: Fake, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    written = tmp_path / "ledger.json"
    fake.route = [SEATS["asha@x.in"]]
    day = _start(
        demo, *"--speed 200 --calls-per-hour 200 --until-calls 8 --late 0 --seed 5 --exit --leads 20".split(),
        "--ledger-file", str(written),
    )  # fmt: skip
    try:
        _, log = day.communicate(timeout=40)
    finally:
        day.kill()
    assert day.returncode == 0, log
    ledger = json.loads(written.read_text())
    assert len(ledger["calls"]) >= 8
    assert all(call["acknowledged"] and call["complete"] for call in ledger["calls"])
    assert {call["connection"] for call in ledger["calls"]} <= {"open-one", "open-two", "exo"}
    assert len(fake.leads) == 20
    for secret in (*fake.leads, "/hook/", "Bearer"):
        assert secret not in log
        assert secret not in written.read_text()
    fake.rows = as_api(ledger)
    arguments = ["check", "--demo", str(demo), "--ledger", str(written)]
    assert main(arguments) == 0
    fake.rows["calls"].pop()
    assert main(arguments) == 1
    assert "does not know this call" in capsys.readouterr().out


def test_terminated_it_hangs_up_and_leaves_soon(fake: Fake, demo: Path):
    day = _start(demo, "--calls-per-hour", "20000", "--leads", "20")
    try:
        address = _ledger_address(day)
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up and httpx.get(address, trust_env=False).json()["in_flight"] < 2:
            time.sleep(0.05)
        began = time.monotonic()
        day.send_signal(signal.SIGTERM)
        _, log = day.communicate(timeout=10)
    finally:
        day.kill()
    assert day.returncode == 0, log
    assert time.monotonic() - began < 5
    assert "the day is over" in log
    ended = {
        item.call_id
        for item in fake.deliveries()
        if item.door in ("ivrCallBackDetails", "passthru", "status")
    }
    assert {item.call_id for item in fake.deliveries()} == ended


@pytest.mark.usefixtures("quick")
def test_one_call_can_be_fired(fake: Fake, demo: Path, capsys: pytest.CaptureFixture[str]):
    told = [
        "fire",
        "inbound-answered",
        "--demo",
        str(demo),
        "--counselor",
        "ravi@x.in",
        "--ring",
        "1",
        "--talk",
        "3",
    ]
    assert main(told) == 0
    out = capsys.readouterr().out
    assert "/ivrCallBackDetails (json)" in out
    assert '"counselor": "ravi@x.in"' in out
    assert '"lead": "Lead 1"' in out
    (phone,) = fake.leads
    assert phone not in out
    assert phone[-10:] not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fire", "campaign-busy", "--connection", "exo"], "no connection exo can do campaign calls"),
        (["fire", "outbound-busy", "--counselor", "nobody@x.in"], "nobody@x.in has no seat at open-one"),
    ],
)
def test_what_cannot_be_fired_is_said(
    demo: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
):
    assert main([*arguments, "--demo", str(demo)]) == 2
    assert says in capsys.readouterr().err


def test_a_demo_file_that_is_absent_or_broken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--demo", str(tmp_path / "none.json")]) == 2
    assert "start the server in demo mode first" in capsys.readouterr().err
    broken = tmp_path / "demo.json"
    broken.write_text('{"url": "http://x"}')
    with pytest.raises(BadBooks, match="KeyError"):
        read_demo(broken)


def test_secrets_do_not_appear_in_what_python_prints(demo: Path):
    told = repr(read_demo(demo))
    assert "/hook/" not in told
    assert "'key'" not in told


def test_the_same_people_call_every_day(fake: Fake):
    known = list(books(fake.connection())._counselors.values())
    first, second = (invent_customers(30, known, ["b", "a"]) for _ in range(2))
    assert [(one.phone, one.owner) for one in first] == [(one.phone, one.owner) for one in second]
    assert len({one.phone for one in first}) == 30
    assert [one.phone for one in invent_customers(30, known, ["c"])] != [one.phone for one in first]
