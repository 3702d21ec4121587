"""Messages between a process and its child: one JSON head and some blobs, never a pickle."""

import json
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any

LENGTH = struct.Struct(">Q")
MOST_BYTES = 64 * 1024 * 1024  # uploads are ten, a white paper is a few

Message = tuple[dict[str, Any], list[bytes]]


class BrokenFrame(ConnectionError):  # noqa: N818 - a state of the line, like ConnectionReset
    """The other side ended, or spoke nonsense."""


def send(line: socket.socket, head: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    text = json.dumps({"head": head, "sizes": [len(blob) for blob in blobs]}).encode()
    line.sendall(LENGTH.pack(len(text)) + text)
    for blob in blobs:
        line.sendall(blob)


def receive(line: socket.socket) -> Message:
    """The whole message, or ``BrokenFrame``."""
    text = _exactly(line, LENGTH.unpack(_exactly(line, LENGTH.size))[0])
    try:
        frame = json.loads(text)
        head, sizes = dict(frame["head"]), [int(size) for size in frame["sizes"]]
    except (ValueError, KeyError, TypeError) as fault:
        raise BrokenFrame("not a frame") from fault
    if sum(sizes) > MOST_BYTES or min(sizes, default=0) < 0:
        raise BrokenFrame("too much in one frame")
    return head, [_exactly(line, size) for size in sizes]


def _exactly(line: socket.socket, size: int) -> bytes:
    if size > MOST_BYTES:
        raise BrokenFrame("too much in one frame")
    parts = bytearray(size)
    view, got = memoryview(parts), 0
    while got < size:
        count = line.recv_into(view[got:])
        if count == 0:
            raise BrokenFrame("the other side ended")
        got += count
    return bytes(parts)
