"""The base class of shmlab's commands in gdb: any error is one line, and gdb goes on. The docstring is its `help`."""
import gdb

import shmgrid_host


class Command(gdb.Command):
    takes_arguments = True

    def __init__(self, name, complete=None):
        self.name = name
        if complete is None:
            super().__init__(name, gdb.COMMAND_DATA)
        else:
            super().__init__(name, gdb.COMMAND_DATA, complete)

    def invoke(self, text, _from_tty):
        self.dont_repeat()
        text = text.strip()
        if text and not self.takes_arguments:
            raise gdb.GdbError("%s takes no argument, but there is: %s" % (self.name, text))
        try:
            with shmgrid_host.utf8():
                self.run(text)
        except gdb.GdbError:
            raise
        except Exception as why: # pylint: disable=broad-except
            raise gdb.GdbError("shm: " + str(why).split("\n")[0])
