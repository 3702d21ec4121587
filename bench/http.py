"""A browser of the smallest kind: one kept connection, fixed requests, whole answers; and the server it asks."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from config.home import HOST, PROJECT

START_SECONDS = 60


class Line:
    """One connection, kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str) -> bytes:
        """The body of a page that is there; anything else ends the benchmark."""
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nX-Forwarded-Proto: https\r\n"
            f"X-Forwarded-For: 192.0.2.1\r\nAccept-Language: zh-CN\r\n\r\n".encode()
        )
        head, _, body = self._until_blank_line()
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        return body

    def _until_blank_line(self) -> tuple[bytes, bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                raise RuntimeError("the server closed the line")
            data += piece
        return data.partition(b"\r\n\r\n")


def times(line: Line, paths: Sequence[str]) -> list[float]:
    """Seconds of each request, one after the other."""
    found = []
    for path in paths:
        began = time.perf_counter()
        line.ask(path)
        found.append(time.perf_counter() - began)
    return found


def throughput(lines: Sequence[Line], paths: Sequence[str]) -> float:
    """Answers per second when every line asks as soon as it has its answer."""
    with ThreadPoolExecutor(len(lines)) as pool:
        began = time.perf_counter()
        list(pool.map(times, lines, [paths] * len(lines)))
        return len(lines) * len(paths) / (time.perf_counter() - began)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """One process of the server of the Procfile, until the block ends; its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    own = {
        "GRANIAN_HOST": HOST,
        "GRANIAN_PORT": str(port),
        "GRANIAN_WORKERS": "1",
        "GRANIAN_BLOCKING_THREADS": "4",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment | own, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            Line(port).ask("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
