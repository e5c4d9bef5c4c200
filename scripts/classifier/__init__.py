"""The request classifier: whom it learns from, what it looks at, and its network."""
