"""Who answers: the HTTP client, one file for each wire language, a table of hosts, faults.

Speaks to the network and to nobody else: no Qt, no database, no keyring, no prices. Only http.py
imports the HTTP library. The use cases and the engine come in.
"""
