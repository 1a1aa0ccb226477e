"""Pages as they come, judged side by side: where they lie, what is known of them already, what bounds their time."""
