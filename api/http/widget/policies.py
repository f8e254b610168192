"""What browsers let the server's own pages with the widget load and do."""

from __future__ import annotations

from api.http.pages import FORMS, policy

# Beside what pages with forms may: show a transcript in a frame.
CHATS = FORMS | {
    "Content-Security-Policy": policy(connect_src="'self'", form_action="'self'", frame_src="'self'"),
}
