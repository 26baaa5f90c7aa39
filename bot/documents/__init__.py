"""Printed documents: what stands on a page, and PDF files made of it in a process of its own."""
