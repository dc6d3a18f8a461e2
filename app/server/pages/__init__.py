"""What people see in a browser: after a payment, the demo's till, their account, printed receipts.

Plain HTML that works without scripts, from templates that escape what they are given. Rules and
rows are the other domains'. The operator's page is `operator`'s and uses the same looks.
"""
