"""A word of shmlab in gdb: whatever goes wrong is one line, and gdb goes on. Its docstring is its `help`."""
import gdb


class Word(gdb.Command):
    def __init__(self, name, complete=None):
        if complete is None:
            super().__init__(name, gdb.COMMAND_DATA)
        else:
            super().__init__(name, gdb.COMMAND_DATA, complete)

    def invoke(self, text, _from_tty):
        """Whatever goes wrong is one line."""
        self.dont_repeat()
        try:
            self.run(text.strip())
        except gdb.GdbError:
            raise
        except Exception as why: # pylint: disable=broad-except
            raise gdb.GdbError("shm: " + str(why).split("\n")[0])
