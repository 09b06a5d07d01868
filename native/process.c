/* Processes by descriptor, so that a reused number never hits a stranger. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pod.h"

/* C libraries older than 2.36 lack it; it is part of an enum there, so the kernel's number is written out. */
#define WAIT_BY_DESCRIPTOR ((idtype_t)3)

/* (pid) -> descriptor that is readable once the process has ended */
napi_value process_open(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int pid = call_int(&call, 0);
    long descriptor;

    if (!call.ok)
        return call_end(&call, NULL);
    descriptor = syscall(SYS_pidfd_open, pid, 0);
    if (descriptor < 0)
        return failure_throw(&call, errno, "pidfd_open", NULL);
    return result_int(&call, (int)descriptor);
}

/* (descriptor, signal) */
napi_value process_signal(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    int signal = call_int(&call, 1);

    if (!call.ok)
        return call_end(&call, NULL);
    if (syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) != 0)
        return failure_throw(&call, errno, "pidfd_send_signal", NULL);
    return result_undefined(&call);
}

/* (descriptor of a child) -> undefined while it runs, else, once, [exit status, -1] or [-1, signal] */
napi_value process_wait(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    siginfo_t ended = {0};
    int result[2] = {-1, -1};
    int status;

    if (!call.ok)
        return call_end(&call, NULL);
    do
        status = waitid(WAIT_BY_DESCRIPTOR, (id_t)descriptor, &ended, WEXITED | WNOHANG);
    while (status != 0 && errno == EINTR);
    if (status != 0)
        return failure_throw(&call, errno, "waitid", NULL);
    if (ended.si_pid == 0)
        return result_undefined(&call);
    result[ended.si_code == CLD_EXITED ? 0 : 1] = ended.si_status;
    return result_ints(&call, result, 2);
}
