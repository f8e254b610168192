"""Surfaces: settings, command line, HTTP; the composition root."""
