"""The vault: originals under seal, in a form that any age program opens.

`agefile` is the format, `objects` the store. Nothing here knows of rows, requests or users.
"""
