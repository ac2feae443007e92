"""runner: the machine that runs the lessons. docs/lesson-format.md is its contract."""
