"""Uploads that can be cut and gone on with (tus 1.0.0): begun, arriving in parts, taken in once, or let go.

`spool` is where parts wait, sealed; `starting`, `receiving`, `taking_in` and `ending` are the four acts;
`headers` reads what the protocol writes.
"""
