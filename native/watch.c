/*
 * Watching a descriptor on the event loop. One watch per descriptor; the descriptor stays the caller's and is closed
 * after the watch was stopped.
 */
#include <errno.h>
#include <stdlib.h>

#include "pod.h"

/* Freed when both the loop has closed the handle and JavaScript has let go of it. */
struct watch {
    uv_poll_t poll;
    napi_env env;
    napi_ref callback;
    napi_async_context context;
    napi_async_cleanup_hook_handle hook;
    int holders;
};

static void let_go(struct watch *watch)
{
    if (--watch->holders == 0)
        free(watch);
}

static void on_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;

    if (watch->hook != NULL)
        (void)napi_remove_async_cleanup_hook(watch->hook);
    let_go(watch);
}

static void stop(struct watch *watch)
{
    if (uv_is_closing((uv_handle_t *)&watch->poll))
        return;
    if (watch->callback != NULL)
        (void)napi_delete_reference(watch->env, watch->callback);
    watch->callback = NULL;
    (void)napi_async_destroy(watch->env, watch->context);
    uv_close((uv_handle_t *)&watch->poll, on_closed);
}

static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data)
{
    (void)hook;
    stop(data);
}

static void on_finalize(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    let_go(data);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    napi_env env = watch->env;
    napi_handle_scope scope;
    napi_value receiver, callback, argv[1], exception;

    /* An error on the descriptor is found by the caller's next read or write of it. */
    if (status < 0)
        events = UV_READABLE | UV_WRITABLE;
    if (napi_open_handle_scope(env, &scope) != napi_ok)
        return;
    /* These fail only when the environment runs no JavaScript any more. */
    if (napi_get_reference_value(env, watch->callback, &callback) == napi_ok &&
        napi_get_global(env, &receiver) == napi_ok && napi_create_int32(env, events, &argv[0]) == napi_ok &&
        napi_make_callback(env, watch->context, receiver, callback, 1, argv, NULL) == napi_pending_exception &&
        napi_get_and_clear_last_exception(env, &exception) == napi_ok)
        (void)napi_fatal_exception(env, exception);
    (void)napi_close_handle_scope(env, scope);
}

/* (descriptor, callback) -> watch that looks for nothing yet. The callback gets the events that are there. */
napi_value watch_start(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int descriptor = call_int(&call, 0);
    struct watch *watch;
    uv_loop_t *loop = NULL;
    napi_value name, result;
    int error;

    if (!call.ok)
        return call_end(&call, NULL);
    watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return failure_throw(&call, ENOMEM, "malloc", NULL);
    watch->env = env;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok ||
        napi_create_string_utf8(env, "pod.watch", NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_create_reference(env, call.argv[1], 1, &watch->callback) != napi_ok)
        goto broken;
    if (napi_async_init(env, NULL, name, &watch->context) != napi_ok) {
        (void)napi_delete_reference(env, watch->callback);
        goto broken;
    }
    error = uv_poll_init(loop, &watch->poll, descriptor);
    if (error != 0) {
        (void)napi_delete_reference(env, watch->callback);
        (void)napi_async_destroy(env, watch->context);
        free(watch);
        return failure_throw(&call, -error, "epoll_ctl", NULL);
    }
    watch->poll.data = watch;
    watch->holders = 1;
    if (napi_add_async_cleanup_hook(env, on_cleanup, watch, &watch->hook) != napi_ok)
        watch->hook = NULL;
    watch->holders = 2;
    if (napi_create_external(env, watch, on_finalize, NULL, &result) != napi_ok) {
        watch->holders = 1;
        stop(watch);
        (void)napi_throw_error(env, NULL, "the native binding cannot make a watch");
        return call_end(&call, NULL);
    }
    return call_end(&call, result);
broken:
    free(watch);
    (void)napi_throw_error(env, NULL, "the native binding cannot make a watch");
    return call_end(&call, NULL);
}

static struct watch *call_watch(struct call *call)
{
    struct watch *watch = NULL;

    if (call->ok && napi_get_value_external(call->env, call->argv[0], (void **)&watch) != napi_ok) {
        call->ok = false;
        (void)napi_throw_type_error(call->env, NULL, "argument 0 of the native binding is not a watch");
    }
    return watch;
}

/* (watch, events to look for from now on; 0 for none). Nothing happens after watch_stop. */
napi_value watch_events(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct watch *watch = call_watch(&call);
    int events = call_int(&call, 1);
    int error = 0;

    if (!call.ok)
        return call_end(&call, NULL);
    if (!uv_is_closing((uv_handle_t *)&watch->poll))
        error = events == 0 ? uv_poll_stop(&watch->poll) : uv_poll_start(&watch->poll, events, on_event);
    if (error != 0)
        return failure_throw(&call, -error, "epoll_ctl", NULL);
    return result_undefined(&call);
}

/* (watch). May be repeated. */
napi_value watch_stop(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct watch *watch = call_watch(&call);

    if (call.ok)
        stop(watch);
    return result_undefined(&call);
}

/* (watch, whether it keeps the process alive) */
napi_value watch_reference(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct watch *watch = call_watch(&call);
    bool keep = call_bool(&call, 1);

    if (!call.ok)
        return call_end(&call, NULL);
    if (keep)
        uv_ref((uv_handle_t *)&watch->poll);
    else
        uv_unref((uv_handle_t *)&watch->poll);
    return result_undefined(&call);
}
