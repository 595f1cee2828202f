"""What is done with questions, items, units and gold answers."""
