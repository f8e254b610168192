"""`transcite eval`: suites of questions whose answers are known, put to the product itself, and what that comes to."""
