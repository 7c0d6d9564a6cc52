import re

from witnesses.pseudonyms import new_opening_code, new_pseudonym, read_opening_code


def test_a_pseudonym_is_random_and_no_name():
    drawn = [new_pseudonym() for _ in range(500)]
    assert all(re.fullmatch(r"W-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]", word) for word in drawn)
    assert len(set(drawn)) > 490
    assert drawn != sorted(drawn)


def test_an_opening_code_is_read_however_it_is_typed_and_hides_itself():
    code = new_opening_code()
    assert len(code) == 29
    assert repr(code) == "<sealed>"
    assert (
        read_opening_code(f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ") == code
    )
    assert read_opening_code("۱۲۳ !") == ""
