"""One batch in, its turns out, one transaction.

The dispatcher never calls the network and the engine never calls the database: a batch is read, its
turns are computed, and everything that follows is written, in one hop to the writer thread and one
commit. An update whose turn fails is set aside alone; what it would have changed was never written,
because a turn's effects are values until the batch is stored.

Three promises of a seized phone conflict, and what was chosen stands in `sitting`: nothing shows
that there is a case, what is written is not lost, and nothing is passed on before it is sent.

`turning` is one update; `batch` is many of them and the store; `dispatcher` is the loop around it;
`outcomes` is the table of what follows when a flow has come to an end.
"""
