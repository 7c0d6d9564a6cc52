"""What the promised work costs, each beside its floor in the same run."""
