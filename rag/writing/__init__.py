"""Answers written by a language model: the prompt, the draft, the check of every sentence, and what is kept of it."""
