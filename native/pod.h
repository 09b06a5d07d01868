/*
 * The Node-API binding of pod: what the parts of it have in common.
 *
 * Every function that JavaScript calls has the shape of a napi_callback and is listed in binding.c. State is per
 * environment or per call, never static, so the binding may be loaded by any number of worker threads.
 */
#ifndef POD_H
#define POD_H

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define CALL_ARGUMENTS 8

/* The arguments of one call. Readers clear `ok`, with an exception pending, when an argument is not what it should be. */
struct call {
    napi_env env;
    napi_value argv[CALL_ARGUMENTS];
    bool ok;
    char *owned[CALL_ARGUMENTS];
    size_t owned_count;
};

/* An array of strings that ends with NULL, as execve takes it. */
struct texts {
    char **items;
    size_t count;
};

struct bytes {
    uint8_t *data;
    size_t length;
};

struct call call_begin(napi_env env, napi_callback_info info);
/* Frees what the readers allocated. Every function ends with it, whatever happened. */
napi_value call_end(struct call *call, napi_value result);
/* A string or Uint8Array without zero bytes. Owned by the call. */
char *call_text(struct call *call, size_t index);
/* Like call_text, and NULL for null and undefined. */
char *call_optional_text(struct call *call, size_t index);
int call_int(struct call *call, size_t index);
uint64_t call_uint64(struct call *call, size_t index);
int64_t call_bigint(struct call *call, size_t index);
bool call_bool(struct call *call, size_t index);
struct bytes call_bytes(struct call *call, size_t index);
/* Owned by the caller: texts_free. */
struct texts call_texts(struct call *call, size_t index);
void texts_free(struct texts *texts);
/* Owned by the caller: free. */
int *call_ints(struct call *call, size_t index, size_t *count);

/* Per environment. */
struct instance {
    napi_ref make_error;
};

/* JavaScript gives the function (errno name, syscall, path) -> Error that all failures are made with. */
napi_value failure_factory(napi_env env, napi_callback_info info);
/* The error of a failed system call as a JavaScript value, or NULL with an exception pending. */
napi_value failure_make(napi_env env, int error, const char *syscall, const char *path);
/* Throws it, ends the call and returns NULL. */
napi_value failure_throw(struct call *call, int error, const char *syscall, const char *path);

napi_value result_int(struct call *call, int value);
napi_value result_bool(struct call *call, bool value);
napi_value result_undefined(struct call *call);
napi_value result_buffer(struct call *call, const void *data, size_t length);
napi_value result_ints(struct call *call, const int *values, size_t count);

/*
 * Work that may block for long, on a thread of its own: libuv's pool is left alone, and a thread may change its
 * namespaces and working folder. `run` sets error and syscall when it fails.
 */
struct task {
    uv_async_t wake;
    pthread_t thread;
    napi_env env;
    napi_deferred deferred;
    napi_async_context context;
    napi_async_cleanup_hook_handle hook;
    bool joined;
    void (*run)(struct task *task);
    void (*release)(struct task *task);
    int error;
    const char *syscall;
    char *path;
};

/* Takes the task over (it is freed by `release` in the end) and returns a promise. */
napi_value task_start(struct call *call, struct task *task);
void task_fail(struct task *task, const char *syscall);

napi_value watch_start(napi_env env, napi_callback_info info);
napi_value watch_events(napi_env env, napi_callback_info info);
napi_value watch_stop(napi_env env, napi_callback_info info);
napi_value watch_reference(napi_env env, napi_callback_info info);

napi_value file_close(napi_env env, napi_callback_info info);
napi_value file_read(napi_env env, napi_callback_info info);
napi_value file_write(napi_env env, napi_callback_info info);
napi_value file_pipe(napi_env env, napi_callback_info info);
napi_value file_nonblocking(napi_env env, napi_callback_info info);
napi_value file_memory(napi_env env, napi_callback_info info);
napi_value file_openat2(napi_env env, napi_callback_info info);
napi_value file_mknod(napi_env env, napi_callback_info info);
napi_value file_lutimes(napi_env env, napi_callback_info info);

napi_value crc64_update(napi_env env, napi_callback_info info);
napi_value xattr_get(napi_env env, napi_callback_info info);
napi_value xattr_set(napi_env env, napi_callback_info info);
napi_value xattr_remove(napi_env env, napi_callback_info info);
napi_value xattr_list(napi_env env, napi_callback_info info);

napi_value lock_set(napi_env env, napi_callback_info info);
napi_value lock_test(napi_env env, napi_callback_info info);

napi_value mount_mount(napi_env env, napi_callback_info info);
napi_value mount_unmount(napi_env env, napi_callback_info info);

napi_value namespace_pin_network(napi_env env, napi_callback_info info);

napi_value process_open(napi_env env, napi_callback_info info);
napi_value process_signal(napi_env env, napi_callback_info info);
napi_value process_wait(napi_env env, napi_callback_info info);

napi_value spawn_spawn(napi_env env, napi_callback_info info);

napi_value socket_connect_unix(napi_env env, napi_callback_info info);
napi_value socket_bind_unix(napi_env env, napi_callback_info info);
napi_value socket_hold_port(napi_env env, napi_callback_info info);

#endif
