"""References are random, and forgiving to read."""

import re

from evidence.references import new_reference, read_reference


def test_a_reference_is_random_and_easy_to_copy() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(re.fullmatch(r"E-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", one) for one in references)


def test_what_somebody_typed_is_forgiven() -> None:
    assert read_reference(" e-4kq7-2mio ") == "E-4KQ7-2M10"
