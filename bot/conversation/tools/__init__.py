"""Tools over flows: static checks, path enumeration, exports, a text session for tests."""
