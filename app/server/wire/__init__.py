"""Between an OpenAI client's bytes and a provider's: requests by allow-list, answers, passing on.

Pure: no database, no web framework, no network. Who pays and which route answers is decided by
`proxy`, which alone comes in here.
"""
