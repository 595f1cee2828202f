"""What was shown and what was answered: exposures, slots and judgements."""
