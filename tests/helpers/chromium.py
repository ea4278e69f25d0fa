"""A page with AWS's JavaScript client in a headless Chromium, both of which `make setup` fetches from npm.

That Chromium is for Linux on x86-64. CHROMIUM=/path/to/chromium names another one.
"""

import json
import os
import platform
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from helpers.official_client import OFFICIAL_JAVASCRIPT
from local_aws.processes import child
from local_aws.server import clean_environment

_SECONDS: Final = 60
_PAGE: Final = b'<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'
_UNPACK: Final = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());'
_BUNDLE: Final = """import { build } from "esbuild";
await build({ entryPoints: ["main.js"], bundle: true, format: "esm", outfile: "page.js", logLevel: "error" });"""
_WAY_OUT: Final = "Name one that runs here: CHROMIUM=/path/to/chromium make test"
# The package's own arguments turn CORS off (--disable-web-security). Root, as in a container, can't use the sandbox.
_ARGUMENTS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server")


def unpacked(folder: Path) -> Path:
    """Return the path of Chromium, unpacked into the folder unless CHROMIUM names one."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given)
    machine = (platform.system(), platform.machine())
    here = " ".join(machine)
    assert machine == ("Linux", "x86_64"), f"npm's Chromium is for Linux on x86-64, and this is {here}: {_WAY_OUT}"
    return Path(_run(folder, _UNPACK, TMPDIR=str(folder)).strip())


def bundled(folder: Path, modules: Mapping[str, str]) -> bytes:
    """Bundle modules, by file name and beginning with `main.js`, and AWS's clients into one script for a browser."""
    for name, text in modules.items():
        (folder / name).write_text(text, encoding="utf-8")
    _run(folder, _BUNDLE)
    return (folder / "page.js").read_bytes()


def _run(folder: Path, code: str, **variables: str) -> str:
    packages = folder / "node_modules"
    if not packages.exists():
        packages.symlink_to(OFFICIAL_JAVASCRIPT)
    done = subprocess.run(  # noqa: S603, the tests' own code
        ["node", "--input-type=module", "--eval", code],  # noqa: S607, the virtual environment's
        cwd=folder,
        env=clean_environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(slots=True)
class Site:
    """An origin with one page.

    Args:
        origin: as browsers send it.
        script: the page's script; it posts a report to `/report`.

    """

    origin: str = ""
    script: bytes = b""
    reports: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)

    def visit(self, chromium: Path, folder: Path) -> Any:
        """Open the page in a new profile; return what its script reports, or fail with Chromium's log."""
        profile = f"--user-data-dir={folder / 'profile'}"
        with (
            (folder / "chromium.log").open("wb") as log,
            # Without a port for a debugger it would end at once.
            child(
                [str(chromium), *_ARGUMENTS, profile, "--remote-debugging-port=0", self.origin], stdout=log, stderr=log
            ) as process,
        ):
            end = time.monotonic() + _SECONDS
            while time.monotonic() < end and process.poll() is None:
                with suppress(queue.Empty):
                    return self.reports.get(timeout=1)
            code = process.poll()
        how = f"reported nothing in {_SECONDS} s" if code is None else f"ended with {code}"
        text = (folder / "chromium.log").read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"{chromium} {how}. {_WAY_OUT}\n{text[-2_000:]}")


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        if self.path == "/page.js":
            self._respond("text/javascript", self.site.script)
        else:
            self._respond("text/html", _PAGE)

    def do_POST(self) -> None:
        self.site.reports.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self._respond("text/plain", b"")

    def _respond(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002, the base class's name
        """Keep the tests' output to the tests."""


@contextmanager
def served_site() -> Iterator[Site]:
    """Serve a site on a free port of this machine for the length of the block."""
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        site.origin = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
