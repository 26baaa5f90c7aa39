"""One batch in, its turns out, one transaction.

The dispatcher never calls the network and the engine never calls the database: a batch is read, its
turns are computed, and everything that follows is written, in one hop to the writer thread and one
commit. A turn's effects are values; only what it asks of the hotline (`effects.Hotline`: a receipt
is signed, an hour agreed on) is written while it runs, in the same unit of work. So where a turn
fails its batch is undone whole, with all that any of its turns had written, and put into the line;
there each update is taken alone, and the one that fails again is set aside.

Why no savepoint for each turn: nearly all turns go well, and this costs those nothing.

Three promises of a seized phone conflict, and what was chosen stands in `sitting`: nothing shows
that there is a case, what is written is not lost, and nothing is passed on before it is sent.

`turning` is one update; `batch` is many of them and the store; `dispatcher` is the loop around it;
`outcomes` is the table of what follows when a flow has come to an end.
"""
