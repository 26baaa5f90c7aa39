"""Commands that export what an operator may see: figures, and what the columns of a file mean."""
