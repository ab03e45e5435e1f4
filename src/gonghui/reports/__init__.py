"""Returns from below and the work reports that are filled from the journal."""
