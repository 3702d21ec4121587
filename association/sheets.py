"""导入的表格: what every table that is looked at first and loaded by a decision has in common.

It is kept sealed between looking and loading; afterwards only what must be mended is kept, and not for long.
"""

import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.choices import JobState, OutboxState
from association.models import Job, OutboxJob, TableFault
from association.operations import fail_job
from association.sealed import seal_bytes, unseal_bytes
from association.tenancy import current_association_id
from common.errors import NotFound

WHY = "错误原因"
WHOLE_ROW = "整行"
AT_ONCE = 2_000
BOX_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as read; ``lines[i]`` is the line of ``rows[i]`` in the file."""

    headings: list[str]
    rows: list[list[str]]
    lines: list[int]

    def of_lines(self, chosen: Callable[[int], bool]) -> "Sheet":
        """The same table with these lines alone."""
        left = [(row, line) for row, line in zip(self.rows, self.lines, strict=True) if chosen(line)]
        return Sheet(self.headings, [row for row, _line in left], [line for _row, line in left])

    def part(self, first: int, most: int) -> "Sheet":
        return Sheet(self.headings, self.rows[first : first + most], self.lines[first : first + most])

    def named(self) -> list[dict[str, str]]:
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]

    def parts(self) -> list[Any]:
        """For JSON; ``Sheet(*parts)`` is the same table again."""
        return [self.headings, self.rows, self.lines]

    def to_mend(self, faults: Iterable[TableFault]) -> tuple[list[str], list[list[str]]]:
        """The wrong lines with what is wrong beside them: headings and rows."""
        why: dict[int, list[str]] = {}
        for fault in faults:
            why.setdefault(fault.line, []).append(f"{fault.column}：{fault.sentence_here}")
        rows = zip(self.rows, self.lines, strict=True)
        return [*self.headings, WHY], [[*row, "；".join(why[line])] for row, line in rows if line in why]


def closed_box(content: Any, *, purpose: str) -> bytes:
    text = json.dumps(content, ensure_ascii=False)
    return seal_bytes(zlib.compress(text.encode(), 6), purpose=purpose)


def opened_box(box: bytes | memoryview, *, purpose: str) -> Any:
    """Raises NotFound when the rows are not kept any more."""
    if not box:
        raise NotFound(_("这次导入的内容已经删除，请用原来的文件。"))
    return json.loads(zlib.decompress(unseal_bytes(bytes(box), purpose=purpose)))


def job_under_way(job: Job | None, task: str) -> Job | None:
    """The job while it goes on; one whose part was given up fails here and makes room for a new one."""
    if job is None or job.state == JobState.FAILED:
        return None
    parts = OutboxJob.objects.filter(association_id=current_association_id(), task=task)
    if not parts.filter(payload__job_id=job.pk, state=OutboxState.DEAD).exists():
        return job
    fail_job(job.pk, message=gettext_noop("有一部分多次未能完成，已停办。"))
    return None
