"""A notebook as the compiler sees it, the grammar of its tags, and the way from and to files."""
