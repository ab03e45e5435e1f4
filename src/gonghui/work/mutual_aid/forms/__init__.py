"""What is typed about mutual aid; the actions check it again."""
