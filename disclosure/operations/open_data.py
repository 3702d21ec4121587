"""全量文件: once a night everything that holds, the whole log, and what is needed to read, check and use them."""

import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from association import clock
from association.actors import Actor
from association.audit import record
from association.locker import forget_case, store_document
from association.models import Association, Attachment
from association.outbox import enqueue
from association.rules.clock import beijing
from association.tenancy import current_association_id
from common.spreadsheet import write_csv
from disclosure.access import MAY
from disclosure.documents.open_data import DATA_SCHEMA, default_licence
from disclosure.models import DataLicence
from disclosure.queries import open_data
from disclosure.queries.export import every_entry, signed

KEPT = timedelta(days=7)
# In Beijing.
HOUR = 2
JSON, CSV, TEXT = "application/json", "text/csv; charset=utf-8", "text/plain; charset=utf-8"


@transaction.atomic
def publish_open_data(*, actor: Actor) -> list[Attachment]:
    """The files of this night; those of a week ago go. Run again on the same day it makes them anew."""
    actor.require(MAY, "publish_open_data")
    today = clock.today()
    case = f"{open_data.CASE}{today.isoformat()}"
    made = [
        store_document(
            actor=actor, data=data, name=name, media_type=media_type, institution_id=None, case=case
        )
        for name, (media_type, data) in _files().items()
        if data  # before anything is published there is no entry to give, and no file is empty
    ]
    for old in open_data.older_nights(f"{open_data.CASE}{(today - KEPT).isoformat()}"):
        forget_case(old)
    return made


@transaction.atomic
def plan_open_data() -> None:
    """Asks for the files of the coming night, when few people work; the very first ones are made at once."""
    night = beijing(timezone.now()).replace(hour=HOUR, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = night if open_data.newest_files() else None
    enqueue("disclosure.publish_open_data", key=f"{open_data.CASE}{night:%Y-%m-%d}", due=due)


@transaction.atomic
def choose_licence(*, actor: Actor, text: str) -> DataLicence:
    """许可: under which the association gives its data; without text the default of the portal counts again."""
    actor.require(MAY, "choose_licence")
    row, _created = DataLicence.objects.update_or_create(
        association_id=current_association_id(), defaults={"text": text.strip()}
    )
    record(actor, "choose_licence", row)
    return row


def _files() -> dict[str, tuple[str, bytes]]:
    association = Association.objects.get(pk=current_association_id())
    licence = open_data.chosen_licence() or default_licence(association.name)
    said = list(open_data.everything_said())
    holds = open_data.what_holds(said)
    head = {
        "association": association.slug,
        "name": association.name,
        "as_of": clock.now().isoformat(),
        "last": said[-1].seq if said else 0,
        "licence": licence,
    }
    items = [
        {
            "kind": one.kind,
            "subject": one.subject,
            "seq": one.seq,
            "effective_at": one.effective_at or None,
            "content": one.content,
        }
        for one in holds
    ]
    lines = [json.dumps(entry, ensure_ascii=False) for entry in every_entry(association.pk)]
    return {
        "publications.json": (JSON, _json(head | {"items": items})),
        "publications.csv": (CSV, write_csv(open_data.COLUMNS, map(open_data.line, holds))),
        "changelog.csv": (CSV, write_csv(open_data.CHANGE_COLUMNS, map(open_data.change, said))),
        "log.jsonl": ("application/jsonl", "".join(f"{line}\n" for line in lines).encode()),
        "checkpoints.json": (JSON, _json(signed(association.pk))),
        "schema.json": (JSON, _json(DATA_SCHEMA)),
        "licence.txt": (TEXT, f"{licence}\n".encode()),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
