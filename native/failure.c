/* Turning errno into an error of JavaScript's making. */
#define _GNU_SOURCE
#include <string.h>

#include "pod.h"

napi_value failure_factory(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct instance *instance = NULL;
    napi_valuetype type;

    if (!call.ok)
        return call_end(&call, NULL);
    if (napi_typeof(env, call.argv[0], &type) != napi_ok || type != napi_function) {
        (void)napi_throw_type_error(env, NULL, "the maker of errors is not a function");
        return call_end(&call, NULL);
    }
    if (napi_get_instance_data(env, (void **)&instance) != napi_ok || instance == NULL ||
        napi_create_reference(env, call.argv[0], 1, &instance->make_error) != napi_ok)
        (void)napi_throw_error(env, NULL, "the maker of errors cannot be kept");
    return call_end(&call, NULL);
}

static bool make_text(napi_env env, const char *text, napi_value *value)
{
    if (text == NULL)
        return napi_get_undefined(env, value) == napi_ok;
    return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, value) == napi_ok;
}

napi_value failure_make(napi_env env, int error, const char *syscall, const char *path)
{
    struct instance *instance = NULL;
    napi_value factory = NULL, receiver = NULL, result = NULL, argv[3];
    const char *name = strerrorname_np(error);

    if (name == NULL)
        name = "EUNKNOWN";
    if (!make_text(env, name, &argv[0]) || !make_text(env, syscall, &argv[1]) || !make_text(env, path, &argv[2]))
        return NULL;
    if (napi_get_instance_data(env, (void **)&instance) == napi_ok && instance != NULL &&
        instance->make_error != NULL && napi_get_reference_value(env, instance->make_error, &factory) == napi_ok &&
        factory != NULL && napi_get_undefined(env, &receiver) == napi_ok &&
        napi_call_function(env, receiver, factory, 3, argv, &result) == napi_ok)
        return result;
    if (napi_create_error(env, argv[0], argv[1], &result) == napi_ok)
        return result;
    return NULL;
}

napi_value failure_throw(struct call *call, int error, const char *syscall, const char *path)
{
    napi_value failure = failure_make(call->env, error, syscall, path);

    /* Without a failure to throw, the exception that prevented it is pending. */
    if (failure != NULL)
        (void)napi_throw(call->env, failure);
    return call_end(call, NULL);
}
