"""The pages of the witness vault: each finds the record for its reader, calls one function of the work, renders."""
