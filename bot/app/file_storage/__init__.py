"""Where the sealed files of a deployment lie: checked at a start, and moved by an operator."""
