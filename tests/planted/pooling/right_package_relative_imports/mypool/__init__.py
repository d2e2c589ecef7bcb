"""My pooling package."""
