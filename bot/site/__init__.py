"""The public site and the prevention pack: files made of the texts of the flows.

`haven site build` makes pages that any web server, or a folder, can show; `haven prevention make`
makes slides, a quiz on paper, notes and posts. `README.md` gives the reasons.
"""
