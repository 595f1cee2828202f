"""Who labels: annotators of every kind, their trust as stored, their wish to be left alone."""
