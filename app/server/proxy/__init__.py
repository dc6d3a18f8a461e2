"""The OpenAI interface: a request in, routes tried, bytes passed through, the truth settled.

Admission and prices are `credits`' word, translation is `wire`'s. Nothing else of the server
reaches a provider.
"""
