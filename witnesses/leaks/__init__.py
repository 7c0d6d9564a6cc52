"""Looks for identities in texts that are about to leave, and says where and how sure, never what. Pure: no database.

`look` takes texts piece by piece and keeps none; `Needles` holds what is looked for until `forget`.

Found: names in every order, joined, parted, letter-spaced, reversed or broken, with initials (with a dot), in other
spellings of the Persian and the Latin script and from one script to the other; telephones, document numbers, e-mail
addresses and messengers' names; a street with its number; a day of birth in both calendars; relatives as the witness.

Not found: what is no text (pictures without OCR, handwriting, speech); a paraphrase ("the baker's daughter from
Shiraz"), a nickname that is not sealed, a translation of a name; a family name of many, or a given name of many, that
stands alone; numbers in words; names of other scripts than Persian and Latin but letter by letter; addresses from one
script to the other; a town, a year or a month alone; what somebody hid on purpose (letters of other scripts that look
alike, numbers parted by words). No hit is no proof that nobody is named.
"""
