"""What was used and who pays: usage, counted tokens, quotes, charges, holds, receipts.

Pure and exact: integers only, time as an argument, no network, database or Qt. What is sold
comes from the catalog. The rooms above come in; the server will charge with the same code.
"""
