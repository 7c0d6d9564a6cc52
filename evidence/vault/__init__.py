"""The vault: originals under seal, in a form that any age program opens.

`agefile` is the format, `objects` the vault, `stores` the interface to where its bytes lie.
Nothing here knows of rows, requests or users.
"""
