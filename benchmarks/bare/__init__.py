"""These apps under the middleware of the plain system: the libraries are compared, not the sites."""
