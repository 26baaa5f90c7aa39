"""Connections: two or more cases in whose records the same suspect, number or place stands.

The bot cannot open a record, so it compares keyed digests (`Vault.connection_digest`) of normalised
values (`normalise.py`). They are made when a caseworker writes a value down, and for what answers
already say when a caseworker opens the record. Nothing is stored unless the deployment gave its
reason in `HAVEN_CONNECTIONS`. Only what is known of suspects, employers, vessels, vehicles and
places is compared (`kinds.py`): never the person, a companion, a child or who told the hotline.

A connection is a hint and proves nothing: many people have one name. It shows numbers of cases and
what agrees, never the value, and opens no case.
"""
