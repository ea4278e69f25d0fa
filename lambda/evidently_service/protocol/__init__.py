"""The API's protocol: requests and responses in the shapes of its model, and the headers of ownership."""
