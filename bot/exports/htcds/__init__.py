"""Cases in the Human Trafficking Case Data Standard (HTCDS) 2.0, written and read.

standard    the 83 fields of the standard, as published
mapping     how each is filled from a case: data, with a version, checked against both sides
columns     names of columns, and how other spellings of them are read
values      one value as it is written, and as it is read
write       a case as a row
read        rows as cases, with an answer for each value that is wrong
codebook    what every column means
"""
