"""Programs that a developer runs; nothing here is part of the running system."""
