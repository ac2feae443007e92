"""runner: builds, runs and checks the lessons. docs/lesson-format.md is its contract."""
