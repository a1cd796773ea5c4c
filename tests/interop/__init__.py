"""Our published log held against other people's code: Go programs where Go is present, frozen answers everywhere."""
