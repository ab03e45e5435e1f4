"""The whole site in one sealed file, and back: tables, stored files, and what else one needs to run it again."""
