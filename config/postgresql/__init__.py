"""Django's PostgreSQL backend with a limit to every wait; named as DATABASES' ENGINE."""
