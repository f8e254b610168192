"""What the HTTP server serves."""
