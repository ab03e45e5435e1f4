"""The posts people hold in unions, and what each post may do."""
