"""How Earmark is put together."""
