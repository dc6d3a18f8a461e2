"""Who somebody is: accounts, devices, sessions, e-mail addresses, API keys, limits for the free.

Signs nobody up for money: plans and balances are `credits`, payments `payments`. Every other
domain asks here who calls.
"""
