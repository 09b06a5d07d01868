/* Record locks on whole files. Nothing here waits. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pod.h"

/*
 * (descriptor, F_RDLCK | F_WRLCK | F_UNLCK, whether a lock of the open file instead of the process) -> false where
 * another holds it
 */
napi_value lock_set(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    struct flock lock = {.l_type = (short)call_int(&call, 1), .l_whence = SEEK_SET};
    bool open_file = call_bool(&call, 2);

    if (!call.ok)
        return call_end(&call, NULL);
    if (fcntl(descriptor, open_file ? F_OFD_SETLK : F_SETLK, &lock) == 0)
        return result_bool(&call, true);
    if (errno == EAGAIN || errno == EACCES)
        return result_bool(&call, false);
    return failure_throw(&call, errno, "fcntl", NULL);
}

/*
 * (descriptor, F_RDLCK | F_WRLCK, whether a lock of the open file) -> [type of the lock in the way, its process or
 * -1 for a lock of an open file], or undefined where nothing is in the way
 */
napi_value lock_test(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    struct flock lock = {.l_type = (short)call_int(&call, 1), .l_whence = SEEK_SET};
    bool open_file = call_bool(&call, 2);
    int found[2];

    if (!call.ok)
        return call_end(&call, NULL);
    if (fcntl(descriptor, open_file ? F_OFD_GETLK : F_GETLK, &lock) != 0)
        return failure_throw(&call, errno, "fcntl", NULL);
    if (lock.l_type == F_UNLCK)
        return result_undefined(&call);
    found[0] = lock.l_type;
    found[1] = lock.l_pid;
    return result_ints(&call, found, 2);
}
