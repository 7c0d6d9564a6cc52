"""The sections of an item's page: each a module, a template and a row in `page`."""
