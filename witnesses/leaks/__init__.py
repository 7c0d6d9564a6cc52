"""Looks for identities in texts that are about to leave, and says where and how sure, never what. Pure: no database.

`look` takes texts piece by piece and keeps none; `Needles` holds what is looked for until `forget`.

Found: names in every order, joined, parted, letter-spaced, reversed or broken, in the fields of a form, with initials
(in Latin letters without a dot too), in other spellings of the Persian and the Latin script and from one script to the
other, from both to Russian and Tajik ones, in letters that look like others where both stand in one word, and under the
codes of addresses, headers and programs; telephones, document numbers, e-mail addresses and messengers' names; a street
with its number; a day of birth in both calendars; a village of birth; relatives as the witness, also those whom a
contact or the way to reach somebody names after a word for kin.

Not found: what is no text (pictures without OCR, handwriting, speech); a paraphrase ("the baker's daughter from
Shiraz"), a nickname that is not sealed, a translation of a name; a family name of many, or a given name of many, that
stands alone; names in a free text of the identity that follow no word for kin and are no line of their own beginning
with a common given name; numbers in words; names of scripts other than Persian, Latin and Cyrillic but letter by
letter; addresses from one script to the other; a town, a year or a month alone; what somebody hid on purpose (a word
wholly in letters of another script that look alike, a short text in base64, numbers parted by words). No hit is no
proof that nobody is named.
"""
