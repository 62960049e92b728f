"""Who may ask the service: under which hosts, from which origins, with which keys."""
