"""The standard pack: tools for HTTP, files and time, registered as anyone's tools would be."""
