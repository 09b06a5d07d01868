/* Reading the arguments of a call, and making its result. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pod.h"

struct call call_begin(napi_env env, napi_callback_info info)
{
    struct call call = {.env = env, .ok = true};
    size_t count = CALL_ARGUMENTS;

    if (napi_get_cb_info(env, info, &count, call.argv, NULL, NULL) != napi_ok)
        call.ok = false;
    return call;
}

napi_value call_end(struct call *call, napi_value result)
{
    for (size_t i = 0; i < call->owned_count; i++)
        free(call->owned[i]);
    call->owned_count = 0;
    return result;
}

static void reject(struct call *call, size_t index, const char *expected)
{
    char message[96];

    call->ok = false;
    snprintf(message, sizeof(message), "argument %zu of the native binding is not %s", index, expected);
    /* Fails only when an exception is pending already, and then that one is as good. */
    (void)napi_throw_type_error(call->env, NULL, message);
}

static char *read_text(struct call *call, size_t index, napi_value value)
{
    napi_valuetype type;
    bool is_typed = false;
    void *data = NULL;
    size_t length = 0;
    char *text;

    if (napi_typeof(call->env, value, &type) != napi_ok)
        goto wrong;
    if (type == napi_string) {
        if (napi_get_value_string_utf8(call->env, value, NULL, 0, &length) != napi_ok)
            goto wrong;
    } else {
        if (napi_is_buffer(call->env, value, &is_typed) != napi_ok || !is_typed ||
            napi_get_buffer_info(call->env, value, &data, &length) != napi_ok)
            goto wrong;
    }
    text = malloc(length + 1);
    if (text == NULL)
        goto wrong;
    if (type == napi_string) {
        if (napi_get_value_string_utf8(call->env, value, text, length + 1, &length) != napi_ok) {
            free(text);
            goto wrong;
        }
    } else if (length > 0) {
        memcpy(text, data, length);
    }
    text[length] = '\0';
    if (memchr(text, '\0', length) != NULL) {
        free(text);
        goto wrong;
    }
    return text;
wrong:
    reject(call, index, "a text without zero bytes");
    return NULL;
}

char *call_text(struct call *call, size_t index)
{
    char *text;

    if (!call->ok)
        return NULL;
    text = read_text(call, index, call->argv[index]);
    if (text != NULL)
        call->owned[call->owned_count++] = text;
    return text;
}

char *call_optional_text(struct call *call, size_t index)
{
    napi_valuetype type;

    if (!call->ok)
        return NULL;
    if (napi_typeof(call->env, call->argv[index], &type) == napi_ok &&
        (type == napi_null || type == napi_undefined))
        return NULL;
    return call_text(call, index);
}

int call_int(struct call *call, size_t index)
{
    int32_t value = 0;
    double exact = 0;

    if (!call->ok)
        return 0;
    /* The double is compared because the int32 reader wraps instead of failing. */
    if (napi_get_value_double(call->env, call->argv[index], &exact) != napi_ok ||
        napi_get_value_int32(call->env, call->argv[index], &value) != napi_ok || (double)value != exact)
        reject(call, index, "a 32-bit integer");
    return value;
}

uint64_t call_uint64(struct call *call, size_t index)
{
    double value = 0;

    if (!call->ok)
        return 0;
    if (napi_get_value_double(call->env, call->argv[index], &value) != napi_ok || !(value >= 0) ||
        value > 9007199254740991.0 || (double)(uint64_t)value != value) {
        reject(call, index, "a whole number");
        return 0;
    }
    return (uint64_t)value;
}

int64_t call_bigint(struct call *call, size_t index)
{
    int64_t value = 0;
    bool lossless = false;

    if (!call->ok)
        return 0;
    if (napi_get_value_bigint_int64(call->env, call->argv[index], &value, &lossless) != napi_ok || !lossless)
        reject(call, index, "a 64-bit bigint");
    return value;
}

bool call_bool(struct call *call, size_t index)
{
    bool value = false;

    if (call->ok && napi_get_value_bool(call->env, call->argv[index], &value) != napi_ok)
        reject(call, index, "a boolean");
    return value;
}

struct bytes call_bytes(struct call *call, size_t index)
{
    struct bytes bytes = {0};
    void *data = NULL;
    bool is_typed = false;

    if (!call->ok)
        return bytes;
    if (napi_is_buffer(call->env, call->argv[index], &is_typed) != napi_ok || !is_typed ||
        napi_get_buffer_info(call->env, call->argv[index], &data, &bytes.length) != napi_ok) {
        reject(call, index, "a Uint8Array");
        return bytes;
    }
    bytes.data = data;
    return bytes;
}

static bool array_length(struct call *call, size_t index, uint32_t *count)
{
    bool is_array = false;

    if (!call->ok)
        return false;
    if (napi_is_array(call->env, call->argv[index], &is_array) != napi_ok || !is_array ||
        napi_get_array_length(call->env, call->argv[index], count) != napi_ok) {
        reject(call, index, "an array");
        return false;
    }
    return true;
}

struct texts call_texts(struct call *call, size_t index)
{
    struct texts texts = {0};
    uint32_t count;

    if (!array_length(call, index, &count))
        return texts;
    texts.items = calloc((size_t)count + 1, sizeof(char *));
    if (texts.items == NULL) {
        reject(call, index, "small enough for the memory there is");
        return texts;
    }
    for (uint32_t i = 0; i < count; i++) {
        napi_value item;

        if (napi_get_element(call->env, call->argv[index], i, &item) != napi_ok) {
            reject(call, index, "an array of texts");
            return texts;
        }
        texts.items[i] = read_text(call, index, item);
        if (texts.items[i] == NULL)
            return texts;
        texts.count++;
    }
    return texts;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    *texts = (struct texts){0};
}

int *call_ints(struct call *call, size_t index, size_t *count)
{
    uint32_t length;
    int *values;

    *count = 0;
    if (!array_length(call, index, &length))
        return NULL;
    values = calloc((size_t)length + 1, sizeof(int));
    if (values == NULL) {
        reject(call, index, "small enough for the memory there is");
        return NULL;
    }
    for (uint32_t i = 0; i < length; i++) {
        napi_value item;
        int32_t value;

        if (napi_get_element(call->env, call->argv[index], i, &item) != napi_ok ||
            napi_get_value_int32(call->env, item, &value) != napi_ok) {
            reject(call, index, "an array of integers");
            free(values);
            return NULL;
        }
        values[i] = value;
    }
    *count = length;
    return values;
}

napi_value result_int(struct call *call, int value)
{
    napi_value result = NULL;

    if (napi_create_int32(call->env, value, &result) != napi_ok)
        result = NULL;
    return call_end(call, result);
}

napi_value result_bool(struct call *call, bool value)
{
    napi_value result = NULL;

    if (napi_get_boolean(call->env, value, &result) != napi_ok)
        result = NULL;
    return call_end(call, result);
}

napi_value result_undefined(struct call *call)
{
    return call_end(call, NULL);
}

napi_value result_buffer(struct call *call, const void *data, size_t length)
{
    napi_value result = NULL;

    if (napi_create_buffer_copy(call->env, length, data, NULL, &result) != napi_ok)
        result = NULL;
    return call_end(call, result);
}

napi_value result_ints(struct call *call, const int *values, size_t count)
{
    napi_value result = NULL;

    if (napi_create_array_with_length(call->env, count, &result) != napi_ok)
        return call_end(call, NULL);
    for (size_t i = 0; i < count; i++) {
        napi_value item;

        if (napi_create_int32(call->env, values[i], &item) != napi_ok ||
            napi_set_element(call->env, result, (uint32_t)i, item) != napi_ok)
            return call_end(call, NULL);
    }
    return call_end(call, result);
}
