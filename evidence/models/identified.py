"""What all records of evidence share."""

import uuid

from django.db import models


class Identified(models.Model):
    """A row that nobody can guess and whose key is never used again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
