"""Log lines: JSON, with association and request id, without personal data."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from association.scope import selected_association_id

PROJECT = f"{Path(__file__).resolve().parent.parent}/"
MOST_PLACES = 6
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


class Whereabouts(logging.Filter):
    """Puts the association and the request id on every line.

    Django tells of a refusal when the answer leaves, after the scope has ended: then the request knows where it was.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        asked_at = getattr(getattr(record, "request", None), "association", None)
        record.association = selected_association_id() or getattr(asked_at, "pk", None)
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
    """The last frames of our own code, and where below it the error arose: the way there through Django says nothing."""
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code  # type: ignore[attr-defined]
        places.append(f"{code.co_filename}:{trace.tb_lineno}")  # type: ignore[attr-defined]
        trace = trace.tb_next  # type: ignore[attr-defined]
    ours = [place for place in places if _is_ours(place)][-MOST_PLACES:]
    return ours if not places or places[-1] in ours else [*ours, places[-1]]


def _is_ours(place: str) -> bool:
    return place.startswith(PROJECT) and "site-packages" not in place
