"""What all work leans on: the tree of unions, its officials, its members."""
