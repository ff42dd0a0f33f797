"""The OpenAPI document of the whole surface: what the code routes, with the words of `operations`."""
