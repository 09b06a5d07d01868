/* CRC-64/ISO, which tar-split files carry for the content of each file. JavaScript has no fast 64-bit numbers. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "pod.h"

/* The reversed ISO 3309 polynomial. */
#define POLYNOMIAL 0xd800000000000000U
#define LANES 8

/* Constant once filled: lane n holds the checksum of a byte that n zero bytes follow. */
static uint64_t lanes[LANES][256];
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill(void)
{
    for (unsigned int byte = 0; byte < 256; byte++) {
        uint64_t value = byte;

        for (int bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ ((value & 1) != 0 ? POLYNOMIAL : 0);
        lanes[0][byte] = value;
    }
    for (int lane = 1; lane < LANES; lane++) {
        for (int byte = 0; byte < 256; byte++) {
            uint64_t before = lanes[lane - 1][byte];

            lanes[lane][byte] = (before >> 8) ^ lanes[0][before & 0xff];
        }
    }
}

static uint64_t update(uint64_t value, const uint8_t *data, size_t length)
{
    for (; length >= LANES; data += LANES, length -= LANES) {
        uint64_t next;

        memcpy(&next, data, sizeof(next));
        value ^= le64toh(next);
        value = lanes[7][value & 0xff] ^ lanes[6][(value >> 8) & 0xff] ^ lanes[5][(value >> 16) & 0xff] ^
                lanes[4][(value >> 24) & 0xff] ^ lanes[3][(value >> 32) & 0xff] ^ lanes[2][(value >> 40) & 0xff] ^
                lanes[1][(value >> 48) & 0xff] ^ lanes[0][value >> 56];
    }
    for (; length > 0; data++, length--)
        value = (value >> 8) ^ lanes[0][(value ^ *data) & 0xff];
    return value;
}

/* (checksum so far, 8 bytes with the highest first and at first zero; bytes). The checksum is changed in place. */
napi_value crc64_update(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct bytes checksum = call_bytes(&call, 0);
    struct bytes data = call_bytes(&call, 1);
    uint64_t value;

    if (!call.ok)
        return call_end(&call, NULL);
    if (checksum.length != sizeof(value))
        return failure_throw(&call, EINVAL, "crc64", NULL);
    if (pthread_once(&filled, fill) != 0)
        return failure_throw(&call, ENOMEM, "pthread_once", NULL);
    memcpy(&value, checksum.data, sizeof(value));
    value = htobe64(~update(~be64toh(value), data.data, data.length));
    memcpy(checksum.data, &value, sizeof(value));
    return result_undefined(&call);
}
