"""The people in the unions."""
