/* Making a network namespace that outlives every process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pod.h"

static void release(struct task *task)
{
    free(task->path);
    free(task);
}

static bool raise_loopback(struct task *task)
{
    struct ifreq request = {.ifr_name = "lo"};
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (descriptor < 0) {
        task_fail(task, "socket");
        return false;
    }
    if (ioctl(descriptor, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags |= IFF_UP;
        if (ioctl(descriptor, SIOCSIFFLAGS, &request) == 0) {
            close(descriptor);
            return true;
        }
    }
    task_fail(task, "ioctl");
    close(descriptor);
    return false;
}

/* The namespace belongs to this thread alone, and to the mount once that is made. */
static void run(struct task *task)
{
    bool made = true;
    int descriptor;

    if (unshare(CLONE_NEWNET) != 0) {
        task_fail(task, "unshare");
        return;
    }
    if (!raise_loopback(task))
        return;
    descriptor = open(task->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (descriptor < 0 && errno == EEXIST) {
        made = false;
        descriptor = open(task->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (descriptor < 0) {
        task_fail(task, "open");
        return;
    }
    close(descriptor);
    if (mount("/proc/thread-self/ns/net", task->path, NULL, MS_BIND, NULL) != 0) {
        task_fail(task, "mount");
        if (made)
            (void)unlink(task->path);
    }
}

/* (path) -> promise. Mounts over whatever file is there; the caller knows that it is no pin yet. */
napi_value namespace_pin_network(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    struct task *task;

    if (!call.ok)
        return call_end(&call, NULL);
    task = calloc(1, sizeof(*task));
    if (task == NULL)
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    task->run = run;
    task->release = release;
    task->path = strdup(path);
    if (task->path == NULL) {
        release(task);
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    }
    return task_start(&call, task);
}
