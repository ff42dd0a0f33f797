"""The endpoints of the RFCs, and the seam to oauthlib."""
