/*
 * leash DESCRIPTOR PROGRAM ARGUMENT...: becomes PROGRAM once a byte has come through the pipe DESCRIPTOR. If its other
 * end closes before, whoever started us has died before it put us where we belong, and nothing may begin.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static ssize_t read_byte(int descriptor)
{
    char byte;
    ssize_t count;

    do
        count = read(descriptor, &byte, 1);
    while (count < 0 && errno == EINTR);
    return count;
}

int main(int argc, char **argv)
{
    char *end;
    long descriptor;

    if (argc < 3) {
        fputs("usage: leash DESCRIPTOR PROGRAM ARGUMENT...\n", stderr);
        return EXIT_FAILURE;
    }
    descriptor = strtol(argv[1], &end, 10);
    if (end == argv[1] || *end != '\0' || descriptor < 0 || descriptor > INT_MAX) {
        fprintf(stderr, "leash: %s is no descriptor\n", argv[1]);
        return EXIT_FAILURE;
    }
    switch (read_byte((int)descriptor)) {
    case 0:
        return EXIT_FAILURE;
    case 1:
        break;
    default:
        perror("leash: read");
        return EXIT_FAILURE;
    }
    if (close((int)descriptor) != 0) {
        perror("leash: close");
        return EXIT_FAILURE;
    }
    execv(argv[2], argv + 2);
    fprintf(stderr, "leash: ");
    perror(argv[2]);
    return EXIT_FAILURE;
}
