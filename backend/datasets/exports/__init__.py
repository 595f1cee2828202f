"""What was marked, as files that other software learns from: IOB2 and spaCy's JSON lines, COCO. Pure of Django."""
