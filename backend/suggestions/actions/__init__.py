"""What is done with suggestions: push them, embed items."""
