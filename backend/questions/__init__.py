"""What is asked about what: items, questions, units and gold answers."""
