/* Work on threads of its own, reported as promises. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "pod.h"

/* The threads only make system calls; the default of 8 MiB would be for nothing. */
#define TASK_STACK (256 * 1024)

void task_fail(struct task *task, const char *syscall)
{
    task->error = errno;
    task->syscall = syscall;
}

static void *thread_main(void *data)
{
    struct task *task = data;

    task->run(task);
    /* Fails only for a closed handle, and the handle is closed after this thread was joined. */
    (void)uv_async_send(&task->wake);
    return NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct task *task = handle->data;

    if (task->hook != NULL)
        (void)napi_remove_async_cleanup_hook(task->hook);
    task->release(task);
}

static void settle(struct task *task)
{
    napi_value value = NULL;

    if (task->error != 0) {
        value = failure_make(task->env, task->error, task->syscall, task->path);
        if (value != NULL)
            (void)napi_reject_deferred(task->env, task->deferred, value);
        return;
    }
    if (napi_get_undefined(task->env, &value) == napi_ok)
        (void)napi_resolve_deferred(task->env, task->deferred, value);
}

/*
 * Statuses are not looked at beyond what the next step needs: they fail only when the environment is being torn
 * down and runs no JavaScript any more, and then nobody waits for the promise.
 */
static void on_wake(uv_async_t *wake)
{
    struct task *task = wake->data;
    napi_handle_scope scope;
    napi_callback_scope callback_scope;
    napi_value resource;

    if (!task->joined && pthread_join(task->thread, NULL) == 0)
        task->joined = true;
    if (napi_open_handle_scope(task->env, &scope) == napi_ok) {
        if (napi_create_object(task->env, &resource) == napi_ok &&
            napi_open_callback_scope(task->env, resource, task->context, &callback_scope) == napi_ok) {
            settle(task);
            (void)napi_close_callback_scope(task->env, callback_scope);
        }
        (void)napi_async_destroy(task->env, task->context);
        (void)napi_close_handle_scope(task->env, scope);
    }
    uv_close((uv_handle_t *)wake, on_closed);
}

/* The environment ends. The thread cannot be interrupted; its wake call ends the wait. */
static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data)
{
    (void)hook;
    (void)data;
}

static int start_thread(struct task *task)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);

    if (error != 0)
        return error;
    error = pthread_attr_setstacksize(&attributes, TASK_STACK);
    if (error == 0) {
        /* Signals are for Node's own threads. */
        sigfillset(&all);
        error = pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    if (error == 0) {
        int unmask;

        error = pthread_create(&task->thread, &attributes, thread_main, task);
        unmask = pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (error == 0 && unmask != 0)
            napi_fatal_error("task_start", NAPI_AUTO_LENGTH, "the signal mask cannot be restored", NAPI_AUTO_LENGTH);
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

napi_value task_start(struct call *call, struct task *task)
{
    napi_env env = call->env;
    uv_loop_t *loop = NULL;
    napi_value promise = NULL, name = NULL;
    int error;

    task->env = env;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok ||
        napi_create_string_utf8(env, "pod.task", NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_async_init(env, NULL, name, &task->context) != napi_ok)
        goto broken;
    if (napi_create_promise(env, &task->deferred, &promise) != napi_ok) {
        (void)napi_async_destroy(env, task->context);
        goto broken;
    }
    error = uv_async_init(loop, &task->wake, on_wake);
    if (error != 0) {
        task->error = -error;
        task->syscall = "uv_async_init";
        settle(task);
        (void)napi_async_destroy(env, task->context);
        task->release(task);
        return call_end(call, promise);
    }
    task->wake.data = task;
    if (napi_add_async_cleanup_hook(env, on_cleanup, task, &task->hook) != napi_ok)
        task->hook = NULL;
    error = start_thread(task);
    if (error != 0) {
        task->joined = true;
        task->error = error;
        task->syscall = "pthread_create";
        (void)uv_async_send(&task->wake);
    }
    return call_end(call, promise);
broken:
    task->release(task);
    (void)napi_throw_error(env, NULL, "the native binding cannot start a task");
    return call_end(call, NULL);
}
