"""The journal, figures, flows and rules that every kind of union work stands on; no union words, no URLs."""
