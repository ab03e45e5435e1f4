"""Papers behind what somebody entered: checked, redrawn or scrubbed, kept under a random name, sealed if personal."""
