"""Measurements, side by side with python-telegram-bot and aiogram: `./run bench`.

Everybody walks the same conversation of ten steps (`walk`), fed as the bytes Telegram would send
(`feed`), with the network cut off just where a reply would leave (`peers`) and never earlier.
What is measured is therefore: bytes in, the conversation moved on (for the durable ones: on the
disk), the reply handed to the transport.

Why the numbers are ratios: machines are shared and change their pace within minutes. Every
measurement runs in a fresh process of its own (`driver`), every round runs each of them once
(`rounds`), a ratio compares two runs of the same round, and the table shows the median of the
ratios. Nothing here is a test, and no test measures time.

Two commands stand apart: `growth_table` (what is done with a deployment in which cases pile up) and
`soak` (what memory a process has while people come and go).

The tour: `scenarios` says what is measured, `goals` what should come out, `haven` and `peers/` are
what is measured, `pace` is how updates come, `meter` what it costs, `figures` and `table` what is
shown.
"""
