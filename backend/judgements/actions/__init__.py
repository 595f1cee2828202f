"""What is done with exposures and judgements: show, record, withdraw."""
