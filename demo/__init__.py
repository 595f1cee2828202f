"""Sample host products."""
