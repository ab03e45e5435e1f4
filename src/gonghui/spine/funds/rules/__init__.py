"""What no book, payment or split may break, as plain arithmetic; numbers come from dated schemes."""
