"""Looking into files: in a closed box, on a copy, with what comes out kept as derivatives."""
