#include <signal.h>
#include <sys/shm.h>
#include <unistd.h>
