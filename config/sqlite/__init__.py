"""Django's SQLite backend with an authorizer on every connection; named as DATABASES' ENGINE."""
