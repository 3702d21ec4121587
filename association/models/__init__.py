from association.models.calendar import CalendarYear, OwnCalendarDay, WorkingHours
from association.models.charter import CharterRule
from association.models.committee import PeoplesCommittee
from association.models.deadlines import Deadline, DeadlinePause
from association.models.identity import Appointment, Association, AssociationHost, User, forget_names
from association.models.originals import OriginalRequest, SealedOriginal
from association.models.pledge import PledgeClause, PledgeFlag, PledgeVersion
from association.models.reference import CalendarDay, DeadlineRule, Region
from association.models.work import (
    Attachment,
    AuditEntry,
    Job,
    Notice,
    OutboxJob,
    PracticeClock,
    TableFault,
    WorkerBeat,
)

__all__ = [
    "Appointment",
    "Association",
    "AssociationHost",
    "Attachment",
    "AuditEntry",
    "CalendarDay",
    "CalendarYear",
    "CharterRule",
    "Deadline",
    "DeadlinePause",
    "DeadlineRule",
    "Job",
    "Notice",
    "OriginalRequest",
    "OutboxJob",
    "OwnCalendarDay",
    "PeoplesCommittee",
    "PledgeClause",
    "PledgeFlag",
    "PledgeVersion",
    "PracticeClock",
    "Region",
    "SealedOriginal",
    "TableFault",
    "User",
    "WorkerBeat",
    "WorkingHours",
    "forget_names",
]
