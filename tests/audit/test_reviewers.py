import pytest

from audit.errors import UnknownReviewer
from audit.reviewers import find_reviewer


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nobody", "\udcff", "a\x00b", ""])
def test_a_name_that_nobody_has_or_that_no_database_takes_is_unknown(name: str) -> None:
    with pytest.raises(UnknownReviewer, match="There is no account of this name"):
        find_reviewer(name)
