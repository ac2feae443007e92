/* dead_watch: preloaded into gdb, it makes debug registers useless, as on some virtual machines: a request to set one
 * succeeds, but sets nothing. LD_PRELOAD=libdead_watch.so gdb ... */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

typedef long ptrace_call(enum __ptrace_request, ...);

static int is_debug_register(size_t offset)
{
#ifdef __x86_64__
    return offset >= offsetof(struct user, u_debugreg) && offset < offsetof(struct user, u_debugreg) + 8 * sizeof(long);
#else
    return 0 * (int)offset;
#endif
}

long ptrace(enum __ptrace_request request, ...)
{
    union {
        void *found;
        ptrace_call *call;
    } real = {dlsym(RTLD_NEXT, "ptrace")};
    va_list args;

    va_start(args, request);
    long pid = va_arg(args, long);
    void *address = va_arg(args, void *), *data = va_arg(args, void *), *more = va_arg(args, void *);
    va_end(args);
    if (request == PTRACE_POKEUSER && is_debug_register((size_t)address)) {
        return 0;
    }
    return real.call(request, pid, address, data, more);
}
