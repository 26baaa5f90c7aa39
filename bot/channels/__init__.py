"""How people reach us: each room turns a service's updates into ours and carries letters out.

A channel knows no store, no mailbox and no conversation; what it needs of them is handed in.
"""
