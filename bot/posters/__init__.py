"""Posters, wallet cards, tiles and stickers for the links of partners, as PDF, PNG and SVG.

`README.md` in this folder says what stands on each and why.
"""
