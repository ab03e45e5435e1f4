"""The federation's own plan: plan items, rectification, audits, circulars, policies and surveys."""
