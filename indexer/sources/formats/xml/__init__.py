"""Formats in XML: records are cut out or parsed one by one, entities are refused."""
