"""The partners' room: a web application of its own, with no way into the hotline."""
