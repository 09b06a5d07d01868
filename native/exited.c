/*
 * exited: what conmon runs when a container has ended. It appends one line to the log of events, in the form of
 * EventLine in src/contracts/store.ts.
 *
 *     exited EVENTS_LOG CONTAINER_ID POD_ID NAMESPACE POD_NAME CONTAINER_NAME EXITDIR
 *
 * EXITDIR/CONTAINER_ID holds the exit code, as conmon writes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Names are at most 253 bytes each, six times that when escaped. */
#define LINE_SIZE 16384

struct line {
    char text[LINE_SIZE];
    size_t length;
    bool overflow;
};

struct exited {
    const char *log;
    const char *container_id;
    const char *pod_id;
    const char *namespace;
    const char *pod_name;
    const char *container_name;
    const char *exit_folder;
    /* -1 where the exit file tells none. */
    int exit_code;
};

static void add(struct line *line, const char *text)
{
    size_t length = strlen(text);

    if (line->length + length >= sizeof(line->text)) {
        line->overflow = true;
        return;
    }
    memcpy(line->text + line->length, text, length + 1);
    line->length += length;
}

/* A JSON string (RFC 8259). Bytes from 0x80 on pass as they are: names are UTF-8. */
static void add_string(struct line *line, const char *text)
{
    add(line, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        char piece[8];

        if (*at == '"' || *at == '\\')
            (void)snprintf(piece, sizeof(piece), "\\%c", *at);
        else if (*at < 0x20)
            (void)snprintf(piece, sizeof(piece), "\\u%04x", *at);
        else
            (void)snprintf(piece, sizeof(piece), "%c", *at);
        add(line, piece);
    }
    add(line, "\"");
}

static void add_member(struct line *line, const char *name, const char *value)
{
    add(line, "\"");
    add(line, name);
    add(line, "\":");
    add_string(line, value);
}

static bool add_time(struct line *line)
{
    struct timespec now;
    struct tm calendar;
    char seconds[32], text[48];

    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || gmtime_r(&now.tv_sec, &calendar) == NULL ||
        strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &calendar) == 0)
        return false;
    (void)snprintf(text, sizeof(text), "%s.%09ldZ", seconds, now.tv_nsec);
    add_member(line, "time", text);
    return true;
}

static bool compose(struct line *line, const struct exited *exited)
{
    char code[16] = "";
    char message[64] = "Container ended";

    if (exited->exit_code >= 0) {
        (void)snprintf(code, sizeof(code), "%d", exited->exit_code);
        (void)snprintf(message, sizeof(message), "Container ended with exit code %d", exited->exit_code);
    }
    add(line, "{\"version\":1,");
    if (!add_time(line))
        return false;
    add(line, ",\"object\":{\"kind\":\"Pod\",");
    add_member(line, "namespace", exited->namespace);
    add(line, ",");
    add_member(line, "name", exited->pod_name);
    add(line, "},");
    add_member(line, "containerId", exited->container_id);
    add(line, exited->exit_code == 0 ? ",\"type\":\"Normal\"," : ",\"type\":\"Warning\",");
    add(line, "\"reason\":\"Exited\",");
    add_member(line, "message", message);
    add(line, ",\"attributes\":{");
    add_member(line, "container", exited->container_name);
    add(line, ",");
    add_member(line, "podId", exited->pod_id);
    if (exited->exit_code >= 0) {
        add(line, ",");
        add_member(line, "exitCode", code);
    }
    add(line, "}}\n");
    return !line->overflow;
}

/* conmon writes the file before it runs us; without one the code is unknown, which is worth a line too. */
static int read_exit_code(const struct exited *exited)
{
    char *path = NULL, *end = NULL;
    char text[16];
    long code;
    ssize_t length;
    int descriptor;

    if (asprintf(&path, "%s/%s", exited->exit_folder, exited->container_id) < 0)
        return -1;
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    if (descriptor < 0)
        return -1;
    length = read(descriptor, text, sizeof(text) - 1);
    if (close(descriptor) != 0 || length <= 0)
        return -1;
    text[length] = '\0';
    code = strtol(text, &end, 10);
    return end == text || code < 0 || code > 255 ? -1 : (int)code;
}

/* One write: O_APPEND puts it whole behind what others write. */
static bool append(const char *path, const struct line *line)
{
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t written;

    if (descriptor < 0)
        return false;
    do
        written = write(descriptor, line->text, line->length);
    while (written < 0 && errno == EINTR);
    return close(descriptor) == 0 && written == (ssize_t)line->length;
}

int main(int argc, char **argv)
{
    static struct line line;
    struct exited exited;

    if (argc != 8) {
        fprintf(stderr, "usage: exited EVENTS_LOG CONTAINER_ID POD_ID NAMESPACE POD_NAME CONTAINER_NAME EXITDIR\n");
        return 2;
    }
    exited = (struct exited){
        .log = argv[1],
        .container_id = argv[2],
        .pod_id = argv[3],
        .namespace = argv[4],
        .pod_name = argv[5],
        .container_name = argv[6],
        .exit_folder = argv[7],
    };
    exited.exit_code = read_exit_code(&exited);
    if (!compose(&line, &exited)) {
        fprintf(stderr, "exited: the event of %s is too long\n", exited.container_id);
        return EXIT_FAILURE;
    }
    if (!append(exited.log, &line)) {
        fprintf(stderr, "exited: %s: %s\n", exited.log, strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
