"""What is missing in the custody of an item, computed from its ledger alone."""
