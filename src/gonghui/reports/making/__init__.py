"""How a report comes to be: its text proofread, its figures signed, its contents as the second person read them."""
