/* Mounting and unmounting, each on a thread of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "pod.h"

struct mount_task {
    struct task task;
    char *source;
    char *type;
    char *data;
    char *base;
    unsigned long flags;
};

static void release_mount(struct task *task)
{
    struct mount_task *self = (struct mount_task *)task;

    free(self->source);
    free(self->type);
    free(self->data);
    free(self->base);
    free(task->path);
    free(self);
}

static void run_mount(struct task *task)
{
    struct mount_task *self = (struct mount_task *)task;

    /* The working folder becomes this thread's own, so that relative lower folders fit into the one page of data. */
    if (self->base != NULL) {
        if (unshare(CLONE_FS) != 0) {
            task_fail(task, "unshare");
            return;
        }
        if (chdir(self->base) != 0) {
            free(task->path);
            task->path = self->base;
            self->base = NULL;
            task_fail(task, "chdir");
            return;
        }
    }
    if (mount(self->source, task->path, self->type, self->flags, self->data) != 0)
        task_fail(task, "mount");
}

static bool keep(char **copy, const char *text)
{
    *copy = text == NULL ? NULL : strdup(text);
    return text == NULL || *copy != NULL;
}

/* (source?, target, type?, flags, data?, base?) -> promise */
napi_value mount_mount(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *source = call_optional_text(&call, 0);
    char *target = call_text(&call, 1);
    char *type = call_optional_text(&call, 2);
    unsigned long flags = (unsigned long)call_uint64(&call, 3);
    char *data = call_optional_text(&call, 4);
    char *base = call_optional_text(&call, 5);
    struct mount_task *self;

    if (!call.ok)
        return call_end(&call, NULL);
    self = calloc(1, sizeof(*self));
    if (self == NULL)
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    self->flags = flags;
    self->task.run = run_mount;
    self->task.release = release_mount;
    if (!keep(&self->source, source) || !keep(&self->task.path, target) || !keep(&self->type, type) ||
        !keep(&self->data, data) || !keep(&self->base, base)) {
        release_mount(&self->task);
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    }
    return task_start(&call, &self->task);
}

static void run_unmount(struct task *task)
{
    struct mount_task *self = (struct mount_task *)task;

    if (umount2(task->path, (int)self->flags) != 0)
        task_fail(task, "umount2");
}

/* (target, flags) -> promise */
napi_value mount_unmount(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *target = call_text(&call, 0);
    int flags = call_int(&call, 1);
    struct mount_task *self;

    if (!call.ok)
        return call_end(&call, NULL);
    self = calloc(1, sizeof(*self));
    if (self == NULL)
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    self->flags = (unsigned long)flags;
    self->task.run = run_unmount;
    self->task.release = release_mount;
    if (!keep(&self->task.path, target)) {
        release_mount(&self->task);
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    }
    return task_start(&call, &self->task);
}
