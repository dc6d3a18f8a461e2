"""The hosted side as the desktop sees it: sign-in, wallet, purchases, license refresh.

Not here: the rules of metering (metering), what a license allows (licensing), any window.
The engine and the command line come in; the window learns about accounts through the seam.
"""
