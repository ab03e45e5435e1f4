"""Files that leave for banks and auditors, and files that come in."""
