"""The import desk: any workbook dropped on a list, seen as a difference first, committed whole, taken back whole."""
