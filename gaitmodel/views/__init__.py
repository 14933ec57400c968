"""The lead's pages of the model room, one file a room."""
