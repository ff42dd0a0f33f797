"""The pages of the developer frontpage about clients."""
