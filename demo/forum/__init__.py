"""Tidepool, a forum that uses Earmark as any host would: by the SDK and the script tag alone."""
