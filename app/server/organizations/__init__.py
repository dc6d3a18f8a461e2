"""Organizations and workspaces: members, invitations, roles, seats, caps, keys of their own.

Who somebody is stays `accounts`', what is drawn `credits`'.
"""
