"""What an account may use and has used: balances, quotes, admission, usage, receipts, notices.

The bridge between the catalog's rules in `metering` and the rows of `ledger`. No upstream is asked
here and nothing is sold.
"""
