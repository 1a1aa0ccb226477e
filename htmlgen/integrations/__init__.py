"""htmlgen in the tools that people already use, each a module of its own; none is loaded, nor its host asked for, until it is used."""
