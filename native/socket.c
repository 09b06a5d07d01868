/* Sockets that Node cannot open: SEQPACKET and datagram ones in the file system, and holders of host ports. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "pod.h"

/*
 * Fills the address. A path that does not fit is named through a descriptor of its folder, which is returned in
 * `folder` and stays open while the address is used.
 */
static int unix_address(const char *path, struct sockaddr_un *address, int *folder)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char *parent;
    int length;

    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    *folder = -1;
    if (strlen(path) < sizeof(address->sun_path)) {
        strcpy(address->sun_path, path);
        return 0;
    }
    parent = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    if (parent == NULL)
        return ENOMEM;
    *folder = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(parent);
    if (*folder < 0)
        return errno;
    length = snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", *folder, name);
    if (length < 0 || (size_t)length >= sizeof(address->sun_path)) {
        close(*folder);
        *folder = -1;
        return ENAMETOOLONG;
    }
    return 0;
}

struct failure {
    int error;
    const char *syscall;
};

/* Opens a non-blocking socket of the type and connects or binds it. */
static int open_unix(const char *path, int type, bool connects, struct failure *failure)
{
    struct sockaddr_un address;
    int folder, descriptor, status;

    failure->syscall = "open";
    failure->error = unix_address(path, &address, &folder);
    if (failure->error != 0)
        return -1;
    descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        *failure = (struct failure){.error = errno, .syscall = "socket"};
    } else {
        if (connects)
            status = connect(descriptor, (struct sockaddr *)&address, sizeof(address));
        else
            status = bind(descriptor, (struct sockaddr *)&address, sizeof(address));
        if (status != 0) {
            *failure = (struct failure){.error = errno, .syscall = connects ? "connect" : "bind"};
            close(descriptor);
            descriptor = -1;
        }
    }
    if (folder >= 0)
        close(folder);
    return descriptor;
}

static napi_value answer_unix(napi_env env, napi_callback_info info, bool connects)
{
    struct call call = call_begin(env, info);
    char *path = call_text(&call, 0);
    int type = call_int(&call, 1);
    struct failure failure = {0};
    int descriptor;

    if (!call.ok)
        return call_end(&call, NULL);
    descriptor = open_unix(path, type, connects, &failure);
    if (descriptor < 0)
        return failure_throw(&call, failure.error, failure.syscall, path);
    return result_int(&call, descriptor);
}

/* (path, SOCK_SEQPACKET | SOCK_DGRAM) -> non-blocking descriptor */
napi_value socket_connect_unix(napi_env env, napi_callback_info info)
{
    return answer_unix(env, info, true);
}

/* (path, SOCK_DGRAM) -> non-blocking descriptor */
napi_value socket_bind_unix(napi_env env, napi_callback_info info)
{
    return answer_unix(env, info, false);
}

static int parse_address(const char *host, int port, struct addrinfo **found)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    char service[16];

    if (snprintf(service, sizeof(service), "%d", port) < 0)
        return EINVAL;
    switch (getaddrinfo(host, service, &hints, found)) {
    case 0:
        return 0;
    case EAI_MEMORY:
        return ENOMEM;
    case EAI_SYSTEM:
        return errno;
    default:
        return EINVAL;
    }
}

/*
 * Takes the port as a server would: a listening stream socket makes every later bind fail, also of sockets with
 * SO_REUSEADDR, and is listed with its holder. SO_REUSEADDR on ours only overlooks connections in TIME_WAIT.
 */
static int take_port(int descriptor, int type, const struct addrinfo *address, struct failure *failure)
{
    const int on = 1;

    failure->syscall = "setsockopt";
    if (address->ai_family == AF_INET6 &&
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
        return -1;
    if (type == SOCK_STREAM && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        return -1;
    failure->syscall = "bind";
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) != 0)
        return -1;
    failure->syscall = "listen";
    if (type == SOCK_STREAM && listen(descriptor, 1) != 0)
        return -1;
    return 0;
}

/* (IPPROTO_TCP | IPPROTO_UDP | IPPROTO_SCTP, IP address, port) -> descriptor */
napi_value socket_hold_port(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    int protocol = call_int(&call, 0);
    char *host = call_text(&call, 1);
    int port = call_int(&call, 2);
    int type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
    struct addrinfo *address = NULL;
    struct failure failure = {.syscall = "socket"};
    int descriptor;

    if (!call.ok)
        return call_end(&call, NULL);
    failure.error = parse_address(host, port, &address);
    if (failure.error != 0)
        return failure_throw(&call, failure.error, "getaddrinfo", host);
    descriptor = socket(address->ai_family, type | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) {
        failure.error = errno;
    } else if (take_port(descriptor, type, address, &failure) != 0) {
        failure.error = errno;
        close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(address);
    if (descriptor < 0)
        return failure_throw(&call, failure.error, failure.syscall, host);
    return result_int(&call, descriptor);
}
