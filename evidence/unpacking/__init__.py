"""Having what is inside an item listed, and made items of its own: the records around `evidence.containers`."""
