"""What nobody declared cannot be reached: the application doesn't even start with it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

STARTER = '''
"""Starts the application once for each planted defect, each time in a fork: Dash's registers are global."""
import json, os, sys
from pathlib import Path
from dash import Input, Output, callback, hooks, html, register_page
from dashapp import app as application, auth, config, live
from tests.databases import Clock, Databases
from tests.cast import fill
from tests.webapp import SETTINGS

databases = Databases("undeclared", "undeclared", lambda store: fill(store))
with databases.store("sqlite", Clock()) as store:
    for what, planted in json.loads(sys.argv[2]).items():
        child = os.fork()
        if not child:
            exec(planted, globals())
            settings = config.load(CALLBOARD_DATA=Path(sys.argv[1]), **SETTINGS)
            try:
                application.create_app(settings, store)
                told = "started"
            except application.Undeclared as error:
                told = f"refused: {error}"
            print(json.dumps([what, told]), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
databases.close()
'''

CALLBACK = """
{above}
@callback(Output("leak", "children"), Input("leak", "id"))
{under}
def leak(_):
    return "numbers"
"""
ROUTE = """
@hooks.route("leak")
def leak():
    return "numbers"
"""
PAGE = """
guard = application._guard_pages
def more():
    register_page("leak", path="/leak", layout=html.Div("numbers"))
    guard()
application._guard_pages = more
"""
VIEW = """
made = live.blueprint
def more(hub):
    blueprint = made(hub)
    blueprint.get("/leak")(lambda: "numbers")
    return blueprint
live.blueprint = more
"""
ADMIN = '@auth.allow("admin")'

PLANTED = {
    "nothing": ("", "started"),
    "a route": (ROUTE, "refused: route /leak"),
    "a view of our own": (VIEW, "refused: route /live/leak"),
    "a page": (PAGE, "refused: page /leak names no roles"),
    "a callback": (CALLBACK.format(above="", under=""), "refused: callback leak.children"),
    "a callback with its roles in the wrong place": (
        CALLBACK.format(above=ADMIN, under=""),
        "refused: callback leak.children",
    ),
    "a callback as it should be": (CALLBACK.format(above="", under=ADMIN), "started"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    planted = json.dumps({what: code for what, (code, _) in PLANTED.items()})
    ran = subprocess.run(
        [sys.executable, "-c", STARTER, str(tmp_path_factory.mktemp("starts")), planted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = dict(json.loads(line) for line in ran.stdout.splitlines())
    assert set(found) == set(PLANTED), ran.stderr
    return found


@pytest.mark.parametrize("what", PLANTED)
def test_start_up_refuses(told: dict[str, str], what: str) -> None:
    assert told[what] == PLANTED[what][1]
