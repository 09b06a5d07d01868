/* Extended attributes, without following links. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/xattr.h>

#include "pod.h"

/* What most attributes fit into; longer ones cost a second call. */
#define SHORT_VALUE 512

struct source {
    const char *path;
    /* NULL lists the names. */
    const char *name;
};

static ssize_t fetch(const struct source *source, char *into, size_t size)
{
    if (source->name == NULL)
        return llistxattr(source->path, into, size);
    return lgetxattr(source->path, source->name, into, size);
}

static napi_value answer(struct call *call, const struct source *source)
{
    const char *syscall = source->name == NULL ? "llistxattr" : "lgetxattr";
    char small[SHORT_VALUE];
    char *large = NULL;
    napi_value result;
    ssize_t length = fetch(source, small, sizeof(small));

    if (length >= 0)
        return result_buffer(call, small, (size_t)length);
    /* It may grow between asking for the size and reading, so ask again. */
    while (length < 0 && errno == ERANGE) {
        char *grown;

        length = fetch(source, NULL, 0);
        if (length < 0)
            break;
        grown = realloc(large, (size_t)length + 1);
        if (grown == NULL) {
            errno = ENOMEM;
            length = -1;
            break;
        }
        large = grown;
        length = fetch(source, large, (size_t)length + 1);
    }
    if (length < 0)
        result = failure_throw(call, errno, syscall, source->path);
    else
        result = result_buffer(call, large, (size_t)length);
    free(large);
    return result;
}

/* (path, name) -> value, or undefined where there is none */
napi_value xattr_get(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct source source = {.path = call_text(&call, 0), .name = call_text(&call, 1)};

    if (!call.ok)
        return call_end(&call, NULL);
    if (lgetxattr(source.path, source.name, NULL, 0) < 0 && errno == ENODATA)
        return result_undefined(&call);
    return answer(&call, &source);
}

/* (path) -> names, each ended by a zero byte */
napi_value xattr_list(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct source source = {.path = call_text(&call, 0)};

    if (!call.ok)
        return call_end(&call, NULL);
    return answer(&call, &source);
}

/* (path, name, value) */
napi_value xattr_set(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    char *name = call_text(&call, 1);
    struct bytes value = call_bytes(&call, 2);

    if (!call.ok)
        return call_end(&call, NULL);
    if (lsetxattr(path, name, value.data, value.length, 0) != 0)
        return failure_throw(&call, errno, "lsetxattr", path);
    return result_undefined(&call);
}

/* (path, name) -> whether there was one */
napi_value xattr_remove(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    char *name = call_text(&call, 1);

    if (!call.ok)
        return call_end(&call, NULL);
    if (lremovexattr(path, name) == 0)
        return result_bool(&call, true);
    if (errno == ENODATA)
        return result_bool(&call, false);
    return failure_throw(&call, errno, "lremovexattr", path);
}
