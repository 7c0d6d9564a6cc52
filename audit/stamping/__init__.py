"""Trusted time: stamps of outside authorities (RFC 3161) over the signed text of checkpoints."""
