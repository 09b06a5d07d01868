/* Files and descriptors: what Node's fs lacks, or does only on its thread pool. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pod.h"

/* Kernel headers older than 6.3 lack it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* (descriptor). Node's closeSync warns in worker threads about descriptors that it did not open. */
napi_value file_close(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);

    if (!call.ok)
        return call_end(&call, NULL);
    /* After EINTR the descriptor is closed on Linux; closing again might hit another's. */
    if (close(descriptor) != 0 && errno != EINTR)
        return failure_throw(&call, errno, "close", NULL);
    return result_undefined(&call);
}

/* (descriptor, buffer) -> bytes read, 0 at the end, -1 when a non-blocking descriptor has nothing now */
napi_value file_read(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    struct bytes into = call_bytes(&call, 1);
    ssize_t count;

    if (!call.ok)
        return call_end(&call, NULL);
    do
        count = read(descriptor, into.data, into.length);
    while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN)
        return failure_throw(&call, errno, "read", NULL);
    return result_int(&call, (int)count);
}

/* (descriptor, buffer) -> bytes written, -1 when a non-blocking descriptor takes nothing now */
napi_value file_write(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    struct bytes from = call_bytes(&call, 1);
    ssize_t count;

    if (!call.ok)
        return call_end(&call, NULL);
    do
        count = write(descriptor, from.data, from.length);
    while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN)
        return failure_throw(&call, errno, "write", NULL);
    return result_int(&call, (int)count);
}

/* () -> [read end, write end], both blocking and close-on-exec */
napi_value file_pipe(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int ends[2];
    napi_value result;

    if (!call.ok)
        return call_end(&call, NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return failure_throw(&call, errno, "pipe2", NULL);
    result = result_ints(&call, ends, 2);
    if (result == NULL) {
        close(ends[0]);
        close(ends[1]);
    }
    return result;
}

/* (descriptor) */
napi_value file_nonblocking(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    int flags;

    if (!call.ok)
        return call_end(&call, NULL);
    flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
        return failure_throw(&call, errno, "fcntl", NULL);
    return result_undefined(&call);
}

static int fill(int descriptor, struct bytes from)
{
    for (size_t done = 0; done < from.length;) {
        ssize_t count = write(descriptor, from.data + done, from.length - done);

        if (count < 0 && errno != EINTR)
            return -1;
        if (count > 0)
            done += (size_t)count;
    }
    return lseek(descriptor, 0, SEEK_SET) < 0 ? -1 : 0;
}

/* (name, content) -> descriptor of a file in memory that is read from its beginning */
napi_value file_memory(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *name = call_text(&call, 0);
    struct bytes content = call_bytes(&call, 1);
    int descriptor;

    if (!call.ok)
        return call_end(&call, NULL);
    descriptor = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (descriptor < 0 && errno == EINVAL)
        descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0)
        return failure_throw(&call, errno, "memfd_create", NULL);
    if (fill(descriptor, content) != 0) {
        int error = errno;

        close(descriptor);
        return failure_throw(&call, error, "write", NULL);
    }
    return result_int(&call, descriptor);
}

/* The kernel answers EAGAIN when anything on the machine was renamed during the walk. */
#define OPENAT2_ATTEMPTS 256

/* (folder descriptor, path, flags, mode, resolve flags) -> descriptor */
napi_value file_openat2(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int folder = call_int(&call, 0);
    char *path = call_text(&call, 1);
    struct open_how how = {
        .flags = call_uint64(&call, 2) | O_CLOEXEC,
        .mode = call_uint64(&call, 3),
        .resolve = call_uint64(&call, 4),
    };
    long descriptor = -1;

    if (!call.ok)
        return call_end(&call, NULL);
    for (int i = 0; i < OPENAT2_ATTEMPTS; i++) {
        descriptor = syscall(SYS_openat2, folder, path, &how, sizeof(how));
        if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    if (descriptor < 0)
        return failure_throw(&call, errno, "openat2", path);
    return result_int(&call, (int)descriptor);
}

/* (path, mode with the type, major, minor) */
napi_value file_mknod(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    mode_t mode = (mode_t)call_int(&call, 1);
    unsigned int major = (unsigned int)call_int(&call, 2);
    unsigned int minor = (unsigned int)call_int(&call, 3);

    if (!call.ok)
        return call_end(&call, NULL);
    if (mknod(path, mode, makedev(major, minor)) != 0)
        return failure_throw(&call, errno, "mknod", path);
    return result_undefined(&call);
}

static struct timespec from_nanoseconds(int64_t value)
{
    struct timespec time = {.tv_sec = value / 1000000000, .tv_nsec = value % 1000000000};

    if (time.tv_nsec < 0) {
        time.tv_sec -= 1;
        time.tv_nsec += 1000000000;
    }
    return time;
}

/* (path, access time, modification time), both nanoseconds since 1970 as bigint; links are not followed */
napi_value file_lutimes(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    struct timespec times[2] = {
        from_nanoseconds(call_bigint(&call, 1)),
        from_nanoseconds(call_bigint(&call, 2)),
    };

    if (!call.ok)
        return call_end(&call, NULL);
    if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0)
        return failure_throw(&call, errno, "utimensat", path);
    return result_undefined(&call);
}
