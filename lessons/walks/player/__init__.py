"""Player: plays walks, guided tours for a classroom, in tmux. See docs/walks.md."""
