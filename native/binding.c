/* The table of what JavaScript may call. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "pod.h"

static const struct {
    const char *name;
    napi_callback function;
} functions[] = {
    {"setErrorFactory", failure_factory},
    {"watch", watch_start},
    {"watchEvents", watch_events},
    {"watchStop", watch_stop},
    {"watchReference", watch_reference},
    {"close", file_close},
    {"read", file_read},
    {"write", file_write},
    {"pipe", file_pipe},
    {"setNonblocking", file_nonblocking},
    {"memoryFile", file_memory},
    {"openat2", file_openat2},
    {"mknod", file_mknod},
    {"lutimes", file_lutimes},
    {"crc64", crc64_update},
    {"lgetxattr", xattr_get},
    {"lsetxattr", xattr_set},
    {"lremovexattr", xattr_remove},
    {"llistxattr", xattr_list},
    {"lock", lock_set},
    {"lockInTheWay", lock_test},
    {"mount", mount_mount},
    {"umount", mount_unmount},
    {"pinNetwork", namespace_pin_network},
    {"pidfdOpen", process_open},
    {"pidfdSendSignal", process_signal},
    {"waitid", process_wait},
    {"spawn", spawn_spawn},
    {"connectUnix", socket_connect_unix},
    {"bindUnix", socket_bind_unix},
    {"holdPort", socket_hold_port},
};

static void free_instance(napi_env env, void *data, void *hint)
{
    struct instance *instance = data;

    (void)hint;
    if (instance->make_error != NULL)
        (void)napi_delete_reference(env, instance->make_error);
    free(instance);
}

NAPI_MODULE_INIT()
{
    struct instance *instance = calloc(1, sizeof(*instance));

    if (instance == NULL || napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
        free(instance);
        (void)napi_throw_error(env, NULL, "the native binding has no memory");
        return NULL;
    }
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        napi_value function;

        if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function) !=
                napi_ok ||
            napi_set_named_property(env, exports, functions[i].name, function) != napi_ok) {
            (void)napi_throw_error(env, NULL, "the native binding cannot export its functions");
            return NULL;
        }
    }
    return exports;
}
