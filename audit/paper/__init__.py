"""Documents on paper: one description of a sheet, printed as PDF and written as text, never two that could differ."""
