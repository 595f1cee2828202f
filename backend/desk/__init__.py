"""Pages of our own where experts, colleagues and crowd workers label."""
