"""A report on paper: one model of it, printed as .docx, .pdf, .html and .json."""
