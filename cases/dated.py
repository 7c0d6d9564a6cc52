"""The columns of a date that is kept as it was written."""

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from audit.erased import ErasedText, PrivateCharField
from cases.dating import Calendar, PartialDate, Precision, Qualifier

# An open start counts from its end; what has no date at all comes last, on every database.
BY_DATE = Coalesce("date_earliest", "date_latest").asc(nulls_last=True)


# Every column of `Dated`, for whoever must name them all.
DATE_COLUMNS = (
    "date_as_written",
    "date_calendar",
    "date_edtf",
    "date_earliest",
    "date_latest",
    "date_precision",
    "date_qualifier",
    "date_converter",
)


class Dated(models.Model):
    """Has at most one partial date. Lists sort and search by `date_earliest` and `date_latest`; pages show `date`."""

    date_as_written = PrivateCharField(max_length=200, blank=True)
    date_calendar = models.CharField(max_length=16, blank=True)
    date_edtf = models.CharField(max_length=64, blank=True)
    date_earliest = models.DateField(null=True, blank=True)
    date_latest = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=16, blank=True)
    date_qualifier = models.CharField(max_length=24, blank=True)
    date_converter = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def date(self) -> PartialDate | None:
        """The date as it was read when it was recorded, or None where none was given or it was erased."""
        if not self.date_as_written or isinstance(self.date_as_written, ErasedText):
            return None
        return PartialDate(
            as_written=self.date_as_written,
            calendar=Calendar(self.date_calendar),
            edtf=self.date_edtf,
            earliest=self.date_earliest,
            latest=self.date_latest,
            precision=Precision(self.date_precision),
            qualifier=Qualifier(self.date_qualifier),
            converter=self.date_converter,
        )


def dated_columns(date: PartialDate | None) -> dict[str, Any]:
    """The column values that keep `date`, for `Model(**dated_columns(date))`; all empty for None."""
    if date is None:
        return {
            "date_as_written": "",
            "date_calendar": "",
            "date_edtf": "",
            "date_earliest": None,
            "date_latest": None,
            "date_precision": "",
            "date_qualifier": "",
            "date_converter": "",
        }
    return {
        "date_as_written": date.as_written,
        "date_calendar": date.calendar.value,
        "date_edtf": date.edtf,
        "date_earliest": date.earliest,
        "date_latest": date.latest,
        "date_precision": date.precision.value,
        "date_qualifier": date.qualifier.value,
        "date_converter": date.converter,
    }
