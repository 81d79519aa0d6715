"""Kamailio in a process of its own: the provider's SIP server of these tests."""

import base64
import hashlib
import hmac
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.servers import free_port

HERE = Path(__file__).parent
DOMAIN = "sp.test"
SECRET = "shared-secret-of-the-tests"
STARTING_SECONDS = 10


def missing() -> str:
    """What has to be installed before a call can be made here; empty: nothing."""
    found = shutil.which("kamailio", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        return "kamailio"
    folders = [Path(f"/usr/lib/{arch}-linux-gnu/kamailio/modules") for arch in ("x86_64", "aarch64")]
    for name in ("websocket", "auth_ephemeral"):
        if not any((folder / f"{name}.so").exists() for folder in folders):
            return f"kamailio's module {name}"
    return ""


class SipServer:
    """``start`` and ``stop`` as often as wanted, on the same ports. ``origin`` is the only page that may connect."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.ws_port, self.sip_port = free_port(), free_port()
        self.url = f"ws://127.0.0.1:{self.ws_port}"
        self.folder = folder
        self.log = folder / "kamailio.log"
        text = (HERE / "kamailio.cfg").read_text("utf-8")
        for word, value in (
            ("WS_PORT", str(self.ws_port)),
            ("SIP_PORT", str(self.sip_port)),
            ("SIP_SECRET", SECRET),
            ("PAGE_ORIGIN", origin),
        ):
            text = text.replace(word, value)
        self.config = folder / "kamailio.cfg"
        self.config.write_text(text, "utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        command = ["kamailio", "-DD", "-E", "-f", str(self.config), "-m", "16", "-M", "4"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-Y", str(self.folder), "-P", str(self.folder / "pid")],
                env={**os.environ, "PATH": path},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.ws_port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError(f"kamailio did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self, number: int = signal.SIGTERM) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        process.wait(10)

    def pause(self) -> None:
        """Let every process stand still, with its connections open."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGCONT)


def credential(user: str, seconds: float = 300, secret: str = SECRET) -> dict[str, str]:
    """What the server accepts of ``user`` for so long: worked out here a second time, by the scheme's own words."""
    told = f"{int(time.time() + seconds)}:{user}"
    password = base64.b64encode(hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()).decode()
    return {"user": told, "password": password, "aor": f"sip:{user}@{DOMAIN}"}
