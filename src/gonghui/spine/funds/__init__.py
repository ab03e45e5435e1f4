"""Money of the unions: dues, funds, payment orders. Nothing is here yet; payments come with the funds issue."""
