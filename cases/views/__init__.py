"""The pages of cases: each view finds the case for its reader, calls one function of the work, and renders."""
