"""Start-up microloans through a bank, with interest subsidy."""
