/*
 * pause: the process that holds a pod's namespaces. It reaps every child that ends below it and leaves at SIGTERM or
 * SIGINT, also as PID 1 of a pid namespace, where signals without a handler are lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

/* Waiting for a blocked signal needs no handler, and loses none that comes before the wait. */
int main(void)
{
    sigset_t signals;

    if (sigemptyset(&signals) != 0 || sigaddset(&signals, SIGTERM) != 0 || sigaddset(&signals, SIGINT) != 0 ||
        sigaddset(&signals, SIGCHLD) != 0 || sigprocmask(SIG_BLOCK, &signals, NULL) != 0) {
        perror("pause: signals");
        return EXIT_FAILURE;
    }
    /* Whoever started us may have ignored it, and an ignored signal is never pending. */
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || signal(SIGTERM, SIG_DFL) == SIG_ERR ||
        signal(SIGINT, SIG_DFL) == SIG_ERR) {
        perror("pause: signals");
        return EXIT_FAILURE;
    }
    for (;;) {
        reap();
        switch (sigwaitinfo(&signals, NULL)) {
        case SIGTERM:
        case SIGINT:
            return EXIT_SUCCESS;
        case SIGCHLD:
            break;
        default:
            if (errno != EINTR) {
                perror("pause: sigwaitinfo");
                return EXIT_FAILURE;
            }
        }
    }
}
