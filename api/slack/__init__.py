"""The library in Slack. Needs the extra `transcite[slack]`: import nothing of it where there is no Slack app."""
