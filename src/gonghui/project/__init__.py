"""Settings, addresses, menu, command line and the embedded database."""
