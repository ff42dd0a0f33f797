"""The reference site with its limits off and one protected view more."""
