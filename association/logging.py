"""Log lines: JSON, with association and request id, without personal data."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from association.scope import selected_association_id

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


class Whereabouts(logging.Filter):
    """Puts the association and the request id on every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.association = selected_association_id()
        record.request_id = request_id()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception only the type and the place are kept: messages may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "association": getattr(record, "association", None),
            "request_id": getattr(record, "request_id", ""),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at_code"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _places(trace: object) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code  # type: ignore[attr-defined]
        places.append(f"{code.co_filename}:{trace.tb_lineno}")  # type: ignore[attr-defined]
        trace = trace.tb_next  # type: ignore[attr-defined]
    return places[-6:]
