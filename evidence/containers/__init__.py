"""Looking into files that hold other files: archives and messages. Pure: bytes in, members out, no records."""
