"""Courses, contests and skills competitions."""
