"""Pages that explain the evaluator's rules, one a rule: `FAMILY/NAME.md`, shown by `htmlgen eval --explain`."""
