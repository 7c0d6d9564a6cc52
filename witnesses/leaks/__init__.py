"""Looks for identities in texts that are about to leave, and says where and how sure, never what. Pure: no database.

`look` takes texts piece by piece and keeps none; `Needles` holds what is looked for until `forget`.
"""
