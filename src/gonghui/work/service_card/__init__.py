"""The member's service card: service items, merchants and redemption."""
