"""PAGE ⇄ EVENTS: element tables, events, the reader (html5lib inside), the canonical writer, the pretty printer."""
