"""Erasure requests, legal holds, and the periodic erasure job."""
