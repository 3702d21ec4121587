"""证据文件: look at an upload before it is kept; what is shown later is a re-encoded copy without metadata."""

from dataclasses import dataclass
from hashlib import sha256

from common import sandbox
from common.errors import InvalidInput, TooLarge
from common.said import Said
from common.sniff import MIMES, accepted_kind

MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """``sha256`` and ``size`` are the original's; ``derivative`` is the copy that may be shown."""

    kind: str
    mime: str
    sha256: str
    size: int
    derivative: bytes | None


def inspect_upload(data: bytes, filename: str, *, most_bytes: int = MOST_BYTES) -> CheckedFile:
    """Type by content, full parse in a limited child, copy without EXIF, GPS or author."""
    if len(data) > most_bytes:
        raise TooLarge(
            Said("文件超过%(most_bytes)s MB，请压缩或分开上传。", most_bytes=most_bytes // 1024 // 1024)
        )
    kind = accepted_kind(data, filename)
    try:
        _answer, (derivative,) = sandbox.run("inspect_file", {"kind": kind}, [data])
    except sandbox.SandboxFailed as failure:
        raise InvalidInput(
            "这个文件在限定的时间和内存内无法检查完，没有接收；请换一个较小或重新导出的文件。"
        ) from failure
    return CheckedFile(kind, MIMES[kind], sha256(data).hexdigest(), len(data), derivative)
