"""Looks for identities in texts that are about to leave, and says where and how sure, never what. Pure: no database.

`look` takes texts piece by piece and keeps none; `Needles` holds what is looked for until `forget`.

Found: names in every order, joined, parted, letter-spaced, reversed or broken, in the fields of a form, with initials
(in Latin letters without a dot too), in other spellings of the Persian and the Latin script and from one script to the
other, from both to Russian and Tajik ones, in letters that look like others (a whole word of them too), under the codes
of addresses, headers and programs, and in short texts in base64 or hexadecimal digits; telephones and document numbers,
also with digits left out ("0912***4567"), e-mail addresses and messengers' names; a street with its number, in either
script; a day of birth in both calendars, its year in two digits where a name, a month or a word of birth stands beside
it; a village of birth; relatives as the witness, also those whom a contact or the way to reach somebody names after a
word for kin.

Not found: what is no text (pictures without OCR, handwriting, speech); a paraphrase ("the baker's daughter from
Shiraz"), a nickname that is not sealed, a translation of a name; a family name of many, or a given name of many, that
stands alone; names in a free text of the identity that follow no word for kin and are no line of their own beginning
with a common given name; numbers in words; names of scripts other than Persian, Latin and Cyrillic but letter by
letter; a town, a year or a month alone; what somebody hid on purpose in other ways (a word in a sign that is no
letter, letters exchanged by a rule, a text that is compressed or encrypted before it is folded into letters, numbers
parted by words). No hit is no proof that nobody is named.
"""
