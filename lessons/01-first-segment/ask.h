#include <sys/ipc.h>
#include <sys/types.h>
#include <unistd.h>
