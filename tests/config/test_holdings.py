import re

import pytest
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from witnesses.models import Witness

pytestmark = pytest.mark.django_db


def shown(client, case) -> dict[str, str]:
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    return dict(re.findall(r'<dt><a href="[^"]*/([a-z]+)/">[^<]*</a></dt><dd>(\d+)', page))


def test_the_overview_counts_what_each_room_holds_of_this_case_alone(
    client_for, case, other_case, lawyer, paralegal
):
    Witness.objects.create(case=case, pseudonym="W-0000-A", registered_by=lawyer)
    Witness.objects.create(case=other_case, pseudonym="W-0000-B", registered_by=lawyer)
    Dossier.objects.create(
        case=case, number=1, purpose="For a prosecutor", requested_by=lawyer, requested_at=timezone.now()
    )
    held = shown(client_for(lawyer), case)
    assert (held["evidence"], held["witnesses"], held["dossiers"]) == ("0", "1", "1")
    # A paralegal may not see dossiers, so not how many there are either.
    assert "dossiers" not in shown(client_for(paralegal), case)
