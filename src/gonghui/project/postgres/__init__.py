"""Django's PostgreSQL backend, which first starts the embedded server where that is the one to talk to."""
